// The command line of the load generator, `load MODE ADDRESS [--name value]…`, with a limit on
// everything that sizes memory.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench {

/// What is asked for; names are those of the options.
struct Options {
  const char* mode = nullptr;
  const char* address = nullptr;
  std::uint64_t connections = 1;
  std::uint64_t depth = 1;            ///< echo: messages in flight on each connection
  std::uint64_t batch = 1;            ///< ingest: messages in one send, over UDP in one datagram
  std::uint64_t bytes = 64;           ///< of a body
  std::uint64_t milliseconds = 1000;  ///< measured
  std::uint64_t warmup = 200;         ///< milliseconds before it; echo and paced
  std::uint64_t messages = 0;         ///< instead of a time, so many in all and no warm-up
  std::uint64_t rate = 100'000;       ///< paced: messages a second
  const char* schedule = nullptr;     ///< replay: the file of what was recorded
  std::uint64_t speed = 1;            ///< replay: by which the recorded times are divided
  std::uint64_t count = 0;            ///< process whose system calls are counted; 0: none
  std::uint64_t lockstep = 0;         ///< process that has to sleep before each send; 0: none
};

/// Reads the options. @returns what is wrong with them; nullptr: nothing
inline const char* read_options(int argc, char** argv, Options& options) noexcept {
  const struct {
    const char* name;
    std::uint64_t Options::*value;
    std::uint64_t least;
    std::uint64_t most;
  } known[] = {
      {"--connections", &Options::connections, 1, 4096},
      {"--depth", &Options::depth, 1, 4096},
      {"--batch", &Options::batch, 1, 4096},
      {"--bytes", &Options::bytes, 16, 65535},
      {"--milliseconds", &Options::milliseconds, 1, 3'600'000},
      {"--warmup", &Options::warmup, 0, 3'600'000},
      {"--messages", &Options::messages, 1, UINT64_MAX},
      {"--rate", &Options::rate, 1, 100'000'000},
      {"--speed", &Options::speed, 1, 1'000'000},
      {"--count", &Options::count, 1, INT32_MAX},
      {"--lockstep", &Options::lockstep, 1, INT32_MAX},
  };
  if (argc < 3 || argc % 2 != 1) {
    return "usage: load echo|ingest|paced|replay ADDRESS [--name value]...";
  }
  options.mode = argv[1];
  options.address = argv[2];
  for (int n = 3; n < argc; n += 2) {
    if (std::strcmp(argv[n], "--schedule") == 0) {
      options.schedule = argv[n + 1];
      continue;
    }
    bool understood = false;
    for (const auto& option : known) {
      if (std::strcmp(option.name, argv[n]) != 0) continue;
      char* end = nullptr;
      errno = 0;
      const unsigned long long value = std::strtoull(argv[n + 1], &end, 10);
      if (errno != 0 || end == argv[n + 1] || *end != '\0') return argv[n];
      if (value < option.least || value > option.most) return argv[n];
      options.*option.value = value;
      understood = true;
    }
    if (!understood) return argv[n];
  }
  return nullptr;
}

}  // namespace bench
