// Copies one file to another: fibers that take blocks, the next one that nobody has taken. A block
// is read and written at its offset, so that it does not matter who is first.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <files/handlers.hpp>

/// The copy of `source` to `target`, which stops the program when it is over.
struct Copy : files::CopyBase<Copy> {
  static constexpr std::uint32_t workers = 8;
  /// Bytes of a block unless LOOM_BLOCK says otherwise, 4 KiB; at most 64 KiB.
  static constexpr std::uint32_t usual_block_bytes = 4096;
  static constexpr std::uint32_t largest_block_bytes = 65536;

  void on_start() {
    if (const char* text = std::getenv("LOOM_BLOCK")) {
      const unsigned long bytes = std::strtoul(text, nullptr, 10);
      if (bytes > 0 && bytes <= largest_block_bytes) {
        block_bytes_ = static_cast<std::uint32_t>(bytes);
      }
    }
    const auto copy = reactor().fibers().spawn(files::stacks::small, "copy", [this] { run(); });
    if (!copy) reactor().stop();
  }

 private:
  void run() {
    const auto bytes = source.size();
    {
      loom::Scope scope;
      for (std::uint32_t n = 0; bytes && n < workers; ++n) {
        if (!scope.spawn(files::stacks::small, "blocks", [this, n] { copy_blocks(n); })) break;
      }
      static_cast<void>(scope.join());
    }
    if (!bytes) failure_ = bytes.error();
    if (failure_.failure != loom::Failure::none) {
      // loom: allow blocking — the copy is over, and the reactor stops below
      std::fprintf(stderr, "files: %s, errno %d\n", failure_.name(), failure_.system_error);
    } else {
      // loom: allow blocking — the copy is over, and the reactor stops below
      std::fprintf(stderr, "files: copied %llu bytes\n", static_cast<unsigned long long>(copied_));
    }
    reactor().stop();
  }

  /// One worker: block after block until the source has no more. A write that fails is the end.
  void copy_blocks(std::uint32_t worker) {
    std::byte* const block = memory_ + std::size_t{worker} * largest_block_bytes;
    while (failure_.failure == loom::Failure::none) {
      const std::uint64_t offset = next_offset_;
      next_offset_ += block_bytes_;
      const auto read = source.read_at(offset, {block, block_bytes_});
      if (read.error().failure == loom::Failure::ended) return;
      const auto written = read ? target.write_at(offset, {block, *read}) : read.error();
      if (!written) {
        failure_ = written.error();
        return;
      }
      copied_ += *read;
    }
  }

  std::uint32_t block_bytes_ = usual_block_bytes;
  std::uint64_t next_offset_ = 0;
  std::uint64_t copied_ = 0;
  loom::Error failure_;
  std::byte memory_[std::size_t{workers} * largest_block_bytes];
};
