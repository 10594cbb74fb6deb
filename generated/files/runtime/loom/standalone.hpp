// The main function of a program without Node: starts the reactors, says where its servers
// listen, stops on SIGINT or SIGTERM (or when a handler stops the program), and prints its
// counters as one line of JSON. stdout is data, stderr is talk.
#pragma once

#include <sys/mman.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "program.hpp"
#include "system/platform.hpp"
#include "system/semaphore.hpp"

namespace loom {

/// Runs the emitted program with the options of a command line; see `usage`.
class Standalone {
 public:
  /// @returns 0 after a clean stop, 2 when the command line or the start was wrong.
  static int main(int argc, char** argv) noexcept {
    static Standalone standalone;
    if (const int code = standalone.parse(argc, argv); code >= 0) return code;
    return standalone.run();
  }

 private:
  /// Names of the counters, in the order of Stat.
  static constexpr const char* stat_names[stat_count] = {"turns",
                                                         "completions",
                                                         "submissions",
                                                         "kernel_entries",
                                                         "accepted",
                                                         "refused",
                                                         "connected",
                                                         "connect_failures",
                                                         "closed",
                                                         "bytes_received",
                                                         "bytes_sent",
                                                         "messages_received",
                                                         "writes_refused",
                                                         "stale_completions",
                                                         "overflow_queued",
                                                         "buffers_exhausted",
                                                         "in_flight",
                                                         "open_connections",
                                                         "delivery_stalls",
                                                         "channel_drops",
                                                         "ticks",
                                                         "sleeps",
                                                         "wakeups",
                                                         "allocations_after_init",
                                                         "backend",
                                                         "send_errors",
                                                         "receive_errors",
                                                         "frames_too_large",
                                                         "fibers_started",
                                                         "fibers_live",
                                                         "stacks_exhausted",
                                                         "stacks_awaited",
                                                         "mail_received",
                                                         "offloaded",
                                                         "offload_refused",
                                                         "requests",
                                                         "requests_emulated",
                                                         "datagrams_received",
                                                         "datagrams_sent",
                                                         "datagrams_dropped",
                                                         "datagrams_truncated",
                                                         "stalls",
                                                         "timers_expired",
                                                         "handed_over",
                                                         "starts",
                                                         "running"};

  /// Where data for the caller go: stdout, unless it carries the bytes of a pipe fd.
  static std::FILE* data() noexcept { return program_table().writes_stdout ? stderr : stdout; }

  static void usage(std::FILE* to) noexcept {
    std::fprintf(to,
                 "usage: %s [--backend %s] [--core REACTOR=N|any] "
                 "[--address FD=ADDRESS]\n"
                 "Prints `FD ADDRESS` for each server, then READY; on SIGINT or SIGTERM it stops\n"
                 "and prints its counters as one line of JSON.\n",
                 program_table().name, system::backend_choices);
  }

  int parse(int argc, char** argv) noexcept {
    for (int n = 1; n < argc; ++n) {
      const char* value = n + 1 < argc ? argv[n + 1] : nullptr;
      if (std::strcmp(argv[n], "--help") == 0) {
        usage(stdout);
        return 0;
      }
      bool understood = value != nullptr;
      if (understood && std::strcmp(argv[n], "--backend") == 0) {
        start_.backend = value;
      } else if (understood && std::strcmp(argv[n], "--core") == 0) {
        understood = parse_core(argv[n + 1]);
      } else if (understood && std::strcmp(argv[n], "--address") == 0) {
        understood = parse_address(argv[n + 1]);
      } else {
        understood = false;
      }
      if (!understood) {
        std::fprintf(stderr, "%s: cannot use '%s%s%s'\n", program_table().name, argv[n],
                     value == nullptr ? "" : " ", value == nullptr ? "" : value);
        usage(stderr);
        return 2;
      }
      n += 1;
    }
    return -1;
  }

  bool parse_core(const char* text) noexcept {
    const char* equals = std::strchr(text, '=');
    if (equals == nullptr) return false;
    const auto length = static_cast<std::size_t>(equals - text);
    const ProgramTable& table = program_table();
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      const char* name = table.reactors[index].name;
      if (std::strncmp(name, text, length) != 0 || name[length] != '\0') continue;
      char* end = nullptr;
      const long core = std::strtol(equals + 1, &end, 10);
      const bool any = std::strcmp(equals + 1, "any") == 0;
      if (!any && (*end != '\0' || end == equals + 1 || core < 0 || core > 4095)) return false;
      start_.reactors[index].core = any ? core_any : static_cast<int>(core);
      return true;
    }
    return false;
  }

  bool parse_address(char* text) noexcept {
    char* equals = std::strchr(text, '=');
    if (equals == nullptr || start_.address_count == maximum_address_overrides) return false;
    *equals = '\0';
    overrides_[start_.address_count] = {text, equals + 1};
    start_.address_count += 1;
    start_.addresses = overrides_;
    return true;
  }

  int run() noexcept {
    const ProgramTable& table = program_table();
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      void* memory = mmap(nullptr, table.reactors[index].shared_bytes, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
      if (memory == MAP_FAILED) {
        std::fprintf(stderr, "%s: no memory for reactors.%s\n", table.name,
                     table.reactors[index].name);
        return 2;
      }
      start_.reactors[index].shared = static_cast<std::byte*>(memory);
    }
    struct sigaction action {};
    action.sa_handler = [](int) { wake_.post(); };
    // A second Ctrl-C ends a program whose handler hangs.
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    start_.stopped = [](void*, std::uint32_t) noexcept { wake_.post(); };
    start_.log = [](void*, const char* line) noexcept { std::fprintf(stderr, "%s\n", line); };
    const StartReport report = program_.start(start_);
    if (!report.ok) {
      std::fprintf(stderr, "%s: %s %s\n", table.name, report.code, report.message);
      return 2;
    }
    for (std::uint32_t n = 0; n < report.bound_count; ++n) {
      std::fprintf(data(), "%s %s\n", report.bound[n].name, report.bound[n].text);
    }
    std::fprintf(data(), "READY\n");
    std::fflush(data());
    wake_.wait();
    program_.join();
    print_stats(table);
    return 0;
  }

  void print_stats(const ProgramTable& table) noexcept {
    std::fprintf(data(), "{");
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      const StatsBlock& stats = stats_block(start_.reactors[index].shared);
      std::fprintf(data(), "%s\"%s\":{", index == 0 ? "" : ",", table.reactors[index].name);
      for (std::size_t n = 0; n < stat_count; ++n) {
        std::fprintf(data(), "%s\"%s\":%llu", n == 0 ? "" : ",", stat_names[n],
                     static_cast<unsigned long long>(stats.get(static_cast<Stat>(n))));
      }
      print_lateness(program_.run_of(index).lateness);
      print_stacks(program_.run_of(index));
      std::fprintf(data(), "}");
    }
    std::fprintf(data(), "}\n");
  }

  static void print_lateness(const LatenessSummary& late) noexcept {
    const struct {
      const char* name;
      std::uint64_t nanoseconds;
    } values[] = {{"p50", late.p50_nanoseconds},
                  {"p90", late.p90_nanoseconds},
                  {"p99", late.p99_nanoseconds},
                  {"p99_9", late.p99_9_nanoseconds},
                  {"maximum", late.maximum_nanoseconds}};
    for (const auto& value : values) {
      std::fprintf(data(), ",\"timer_lateness_%s_nanoseconds\":%llu", value.name,
                   static_cast<unsigned long long>(value.nanoseconds));
    }
  }

  static void print_stacks(const ReactorRun& run) noexcept {
    for (std::uint32_t n = 0; n < run.stack_class_count; ++n) {
      const StackUse& use = run.stacks[n];
      std::fprintf(data(), "%s\"%s\":{\"count\":%u,\"used_most\":%u,\"refused\":%u}",
                   n == 0 ? ",\"stacks\":{" : ",", use.name, use.count, use.used_most, use.refused);
    }
    if (run.stack_class_count != 0) std::fprintf(data(), "}");
  }

  static inline system::Semaphore wake_;
  ProgramStart start_;
  AddressOverride overrides_[maximum_address_overrides];
  RunningProgram program_;
};

}  // namespace loom
