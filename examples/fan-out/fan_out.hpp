// A server that digests blocks. Each connection is a fiber on one reactor, the digest is computed
// by a pool, and a second reactor keeps the books. No block is copied: the worker reads it where it
// was received, because a fiber's message stays in place until the fiber reads again.
#pragma once

#include <cstdint>
#include <cstdio>
#include <fan_out/handlers.hpp>

/// FNV-1a of 64 bits over `block`, `rounds` times: enough to be felt, easy to check elsewhere.
inline std::uint64_t digest_of(loom::Bytes block, std::uint32_t rounds = 64) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (std::uint32_t round = 0; round < rounds; ++round) {
    for (const std::byte byte : block) {
      hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3;
    }
  }
  return hash;
}

/// On reactors.ledger: how much was digested, a line each second in which something was.
class Ledger : public fan_out::LedgerBase<Ledger> {
 public:
  /// Called by mail from the other reactor.
  void count(std::uint32_t bytes) {
    blocks_ += 1;
    bytes_ += bytes;
  }

  void on_tick(loom::Tick /*tick*/) {
    if (blocks_ == 0) return;
    char line[80];
    std::snprintf(line, sizeof line, "%llu blocks, %llu bytes", blocks_, bytes_);
    reactor().log(line);
    blocks_ = bytes_ = 0;
  }

 private:
  unsigned long long blocks_ = 0;
  unsigned long long bytes_ = 0;
};

/// On reactors.front: answers each block with its digest, 16 hexadecimal digits, or with `busy`.
struct Blocks : fan_out::BlocksBase<Blocks> {
  void run(auto& connection) {
    while (const auto block = connection.read()) {
      const auto digest = loom::offload(this->pools.crunch, [&] { return digest_of(*block); });
      char answer[20] = "busy";
      if (digest) {
        std::snprintf(answer, sizeof answer, "%016llx", static_cast<unsigned long long>(*digest));
        const std::uint32_t bytes = block->size();
        static_cast<void>(this->reactors.ledger.template post<Ledger>(
            [bytes](Ledger& ledger) { ledger.count(bytes); }));
      }
      if (!connection.write_frame(std::string_view(answer))) return;
    }
  }
};
