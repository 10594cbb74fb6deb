// The main function of ready.config.ts: an emitted reactor serves eight sockets, and what its
// messages cost is printed (ready_round.hpp).
// Usage: server io_uring|epoll callback|fiber tcp:IP:PORT|unix:PATH WARMUP_MS MEASURED_MS
#include <cstdio>
#include <cstring>

#include "../loom/shared_memory.hpp"
#include "ready_round.hpp"

#include <loom/program.hpp>

namespace {

/// Every fd has its address: one is loaded, the others are abstract names that nobody looks for.
struct Addresses {
  static constexpr const char* fds[] = {"tcp", "tcpFiber", "local", "localFiber"};
  char names[4][48] = {};
  loom::AddressOverride overrides[4];

  Addresses(const char* style, const char* address) {
    const bool tcp = std::strncmp(address, "tcp:", 4) == 0;
    const bool fiber = std::strcmp(style, "fiber") == 0;
    for (std::size_t n = 0; n < 4; ++n) {
      if (n == (tcp ? 0u : 2u) + (fiber ? 1u : 0u)) {
        overrides[n] = {fds[n], address + (tcp ? 4 : 5)};
        continue;
      }
      std::snprintf(names[n], sizeof names[n], "@loom-ready-%d-%zu", getpid(), n);
      overrides[n] = {fds[n], n < 2 ? "127.0.0.1:0" : names[n]};
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: %s BACKEND callback|fiber ADDRESS WARMUP_MS MEASURED_MS\n",
                 argv[0]);
    return 2;
  }
  static Addresses addresses(argv[2], argv[3]);
  static loom::ProgramStart start;
  static loom::RunningProgram program;
  start.reactors[0].shared = bench::shared_memory(loom::program_table().reactors[0].shared_bytes);
  if (start.reactors[0].shared == nullptr) return 2;
  start.backend = argv[1];
  start.addresses = addresses.overrides;
  start.address_count = 4;
  const loom::StartReport report = program.start(start);
  if (!report.ok) {
    std::fprintf(stderr, "%s %s\n", report.code, report.message);
    return 2;
  }
  bench::ready_round.connect(argv[3], bench::extent_of(argv + 4));
  bench::ready_round.begin();
  bench::ready_round.print_result();
  program.join();
  return 0;
}
