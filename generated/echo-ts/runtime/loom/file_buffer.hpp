// Buffers that a file fd lends: aligned for O_DIRECT, reserved with the reactor, and registered
// with the ring where the kernel allows, so that it need not pin their pages for each transfer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "assert.hpp"

namespace loom {

/// Buffers of one file fd; those that were given back last are lent first.
struct FileBuffers {
  std::byte* memory = nullptr;
  std::uint32_t bytes = 0;  ///< of each
  std::uint32_t count = 0;
  std::uint16_t* free = nullptr;
  std::uint32_t free_count = 0;
  bool registered = false;
  std::uint16_t index = 0;  ///< what the ring knows them by

  /// Whether the ring knows all of `part`.
  [[nodiscard]] bool knows(std::span<const std::byte> part) const noexcept {
    if (!registered) return false;
    const auto first = reinterpret_cast<std::uintptr_t>(memory);
    const auto begin = reinterpret_cast<std::uintptr_t>(part.data());
    const std::size_t all = std::size_t{bytes} * count;
    return begin >= first && begin - first <= all && part.size() <= all - (begin - first);
  }
};

/// A lent buffer; goes back at the end of its life. Moves, and is not copied.
class FileBuffer {
 public:
  FileBuffer() noexcept = default;
  /// For the runtime: lends the buffer `id`.
  FileBuffer(FileBuffers& from, std::uint16_t id) noexcept : from_(&from), id_(id) {}
  FileBuffer(FileBuffer&& other) noexcept
      : from_(std::exchange(other.from_, nullptr)), id_(other.id_) {}
  FileBuffer& operator=(FileBuffer&& other) noexcept {
    std::swap(from_, other.from_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~FileBuffer() {
    if (from_ == nullptr) return;
    LOOM_ASSERT(from_->free_count < from_->count, "each buffer is lent once");
    from_->free[from_->free_count] = id_;
    from_->free_count += 1;
  }

  /// Its memory: `buffers.bytes` of the config, aligned to a page. Empty without a buffer.
  [[nodiscard]] std::span<std::byte> bytes() const noexcept {
    if (from_ == nullptr) return {};
    return {from_->memory + std::size_t{id_} * from_->bytes, from_->bytes};
  }

 private:
  FileBuffers* from_ = nullptr;
  std::uint16_t id_ = 0;
};

}  // namespace loom
