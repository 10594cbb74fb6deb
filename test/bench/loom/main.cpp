// The main function of our own servers: an emitted program behind the contract of the benchmark.
// Usage: server BACKEND ADDRESS, where ADDRESS is tcp:IP:PORT or unix:PATH, or udp:IP:PORT of one
// that was built for datagrams; which MODE it has was decided when it was built.
#include <semaphore.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <loom/program.hpp>

#include "shared_memory.hpp"
#include "totals.hpp"

namespace {

sem_t wake;

/// The address of the one fd that is loaded; where there is another, it listens where nobody looks
/// for it.
struct Addresses {
  char other[40] = {};
  loom::AddressOverride overrides[2];
  std::uint32_t count = 2;

  /// @returns whether `text` is an address.
  bool set(const char* text) noexcept {
    if (std::strncmp(text, "tcp:", 4) == 0) {
      std::snprintf(other, sizeof other, "@loom-bench-%d", static_cast<int>(getpid()));
      overrides[0] = {"tcp", text + 4};
      overrides[1] = {"local", other};
      return true;
    }
    if (std::strncmp(text, "udp:", 4) == 0) {
      overrides[0] = {"datagrams", text + 4};
      count = 1;
      return true;
    }
    if (std::strncmp(text, "unix:", 5) != 0) return false;
    overrides[0] = {"local", text + 5};
    overrides[1] = {"tcp", "127.0.0.1:0"};
    return true;
  }
};

}  // namespace

int main(int argc, char** argv) {
  static Addresses addresses;
  static loom::ProgramStart start;
  static loom::RunningProgram program;
  if (argc != 3 || !addresses.set(argv[2])) {
    std::fprintf(stderr, "usage: %s io_uring|epoll tcp:IP:PORT|unix:PATH|udp:IP:PORT\n", argv[0]);
    return 2;
  }
  std::byte* shared = bench::shared_memory(loom::program_table().reactors[0].shared_bytes);
  if (shared == nullptr) return 2;
  start.reactors[0].shared = shared;
  start.backend = argv[1];
  start.addresses = addresses.overrides;
  start.address_count = addresses.count;
  sem_init(&wake, 0, 0);
  struct sigaction action {};
  action.sa_handler = [](int) { sem_post(&wake); };
  sigaction(SIGTERM, &action, nullptr);
  start.stopped = [](void*, std::uint32_t) noexcept { sem_post(&wake); };
  const loom::StartReport report = program.start(start);
  if (!report.ok) {
    std::fprintf(stderr, "%s %s\n", report.code, report.message);
    return 2;
  }
  std::puts("READY");
  std::fflush(stdout);
  while (sem_wait(&wake) != 0) {
  }
  program.join();
  const loom::StatsBlock& stats = loom::stats_block(shared);
  bench::totals.bytes = stats.get(loom::Stat::bytes_received);
  // An echo counts no messages itself; each piece is one to its framing, which is none.
  const bool echoes = bench::totals.total == 0;
  bench::totals.chunks =
      stats.get(echoes ? loom::Stat::messages_received : loom::Stat::completions);
  const std::uint64_t entries = stats.get(loom::Stat::kernel_entries);
  bench::totals.print(stdout, &entries);
  return 0;
}
