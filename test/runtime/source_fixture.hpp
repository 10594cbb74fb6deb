// A program of three eventfds and a signalfd, put together by hand the way loomgen emits it, and
// the fixture that starts and ends it on both backends.
#pragma once

#include <gtest/gtest.h>

#include <csignal>
#include <functional>
#include <string>
#include <thread>

#include "loom/backend/epoll.hpp"
#include "loom/backend/io_uring.hpp"
#include "loom/program.hpp"
#include "loom/reactor.hpp"
#include "loom/run_reactor.hpp"
#include "scripted_handler.hpp"
#include "support.hpp"

namespace loom_test {

/// An eventfd that was open before this program, at a number of its own.
inline constexpr int adopted_descriptor = 700;

/// Writes a journal of events; the test scripts what else happens in one.
struct Recorder : loom::HandlerBase<Recorder> {
  static inline loom_test::Journal* journal = nullptr;
  static inline std::function<void()> on_any;

  void on_event(loom::EventCount event) {
    journal->add("event " + std::to_string(event.count));
    if (on_any) on_any();
  }
  void on_signal(const loom::SignalInfo& info) {
    journal->add("signal " + std::to_string(info.number) + " value " + std::to_string(info.value) +
                 (info.pid == static_cast<std::uint32_t>(::getpid()) ? " from us" : ""));
  }
  void on_error(loom::Error error) { journal->add("error " + std::to_string(error.system_error)); }
};

enum : std::uint16_t {
  plain_read = loom::common_operation::first_own,
  plain_cancel,
  tickets_read,
  tickets_cancel,
  adopted_read,
  adopted_cancel,
  signals_read,
  signals_cancel,
};

struct PlainFd {
  using Handler = Recorder;
  static constexpr loom::EventShape shape{
      .name = "plain", .read_operation = plain_read, .cancel_operation = plain_cancel};
};
struct TicketsFd {
  using Handler = Recorder;
  static constexpr loom::EventShape shape{.name = "tickets",
                                          .read_operation = tickets_read,
                                          .cancel_operation = tickets_cancel,
                                          .initial = 2,
                                          .semaphore = true};
};
struct AdoptedFd {
  using Handler = Recorder;
  static constexpr loom::EventShape shape{.name = "adopted",
                                          .read_operation = adopted_read,
                                          .cancel_operation = adopted_cancel,
                                          .adopt = adopted_descriptor};
};
inline constexpr std::uint64_t both_users = (1ULL << (SIGUSR1 - 1)) | (1ULL << (SIGUSR2 - 1));
struct SignalsFd {
  using Handler = Recorder;
  static constexpr loom::SignalShape shape{.name = "signals",
                                           .read_operation = signals_read,
                                           .cancel_operation = signals_cancel,
                                           .signals = both_users};
};

struct Shape : loom::ReactorShape {
  static constexpr const char* name = "main";
  static constexpr const char* thread_name = "test:main";
  static constexpr int core = loom::core_any;
  static constexpr loom::WaitMode wait = loom::WaitMode::block;
  static constexpr std::uint64_t spin_nanoseconds = 0;
  static constexpr std::uint32_t completion_batch = 64;
  static constexpr std::uint32_t submission_entries = 64;
  static constexpr std::uint32_t completion_entries = 256;
  static constexpr std::uint32_t own_handles = 4;
  static constexpr std::uint32_t handles = 16;
  static constexpr std::uint32_t buffer_groups = 0;
  static constexpr std::uint32_t maximum_buffers = 1;
  static constexpr std::uint32_t delivery_offset = 1024;
  static constexpr std::uint32_t delivery_bytes = 4096;
  static constexpr std::uint32_t inbox_offset = delivery_offset + 128 + delivery_bytes;
  static constexpr std::uint32_t inbox_bytes = 4096;
  static constexpr std::uint32_t shared_bytes = inbox_offset + 128 + inbox_bytes;
};

/// The ways to add to the eventfds, as a handler's members have them.
struct Outlets {
  loom::EventOut plain;
  loom::EventOut tickets;
  loom::EventOut adopted;
};
inline Outlets outlets;

template <class Backend>
class Emitted : public loom::Reactor<Emitted<Backend>, Backend, Shape> {
 public:
  using Shape = loom_test::Shape;

  void dispatch(const loom::Completion& completion) noexcept {
    switch (completion.tag.operation()) {
      case plain_read: return this->source_read(plain_, completion);
      case plain_cancel: return this->source_cancelled(plain_, completion);
      case tickets_read: return this->source_read(tickets_, completion);
      case tickets_cancel: return this->source_cancelled(tickets_, completion);
      case adopted_read: return this->source_read(adopted_, completion);
      case adopted_cancel: return this->source_cancelled(adopted_, completion);
      case signals_read: return this->source_read(signals_, completion);
      case signals_cancel: return this->source_cancelled(signals_, completion);
      default: this->core_.stats().add(loom::Stat::stale_completions);
    }
  }
  loom::StartError start_fds(loom::ReactorRun&) noexcept {
    handler_.attach_reactor(this->core_);
    each_source([this](auto& family) { family.attach(this->core_, handler_); });
    return this->start_sources();
  }
  void begin() {
    outlets = {plain_.out, tickets_.out, adopted_.out};
    this->begin_sources();
  }
  template <class Visit>
  void each_source(Visit&& visit) noexcept {
    visit(plain_);
    visit(tickets_);
    visit(adopted_);
    visit(signals_);
  }
  template <class Visit>
  void each_stream(Visit&&) noexcept {}
  template <class Visit>
  void each_timer(Visit&&) noexcept {}
  template <class Visit>
  void each_channel(Visit&&) noexcept {}
  bool command_for(const loom::Record&) noexcept { return true; }

 private:
  Recorder handler_;
  loom::EventFamily<PlainFd> plain_;
  loom::EventFamily<TicketsFd> tickets_;
  loom::EventFamily<AdoptedFd> adopted_;
  loom::SignalFamily<SignalsFd> signals_;
};

inline constexpr loom::ReactorEntry entry{
    .name = "main",
    .shared_bytes = Shape::shared_bytes,
    .run = &loom::run_reactor<Emitted, Shape, loom::IoUring, loom::Epoll>,
    .signals = both_users};

class Sources : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    Recorder::journal = &journal_;
    Recorder::on_any = nullptr;
    const Descriptor made(eventfd(0, EFD_CLOEXEC));
    ASSERT_EQ(::dup2(made.get(), adopted_descriptor), adopted_descriptor);
  }
  void TearDown() override {
    program_.join();
    EXPECT_EQ(block_.stat(loom::Stat::in_flight), 0U);
    EXPECT_EQ(block_.stat(loom::Stat::stale_completions), 0U);
    ::close(adopted_descriptor);
  }
  loom::StartReport start() {
    loom::ProgramStart program_start;
    program_start.reactors[0].shared = block_.data();
    program_start.backend = GetParam();
    return program_.start(program_start);
  }
  /// Wakes the loop and waits until it has nothing more to do.
  void let_it_sleep() {
    const std::uint64_t sleeps = block_.stat(loom::Stat::sleeps);
    program_.wake(0);
    while (block_.stat(loom::Stat::sleeps) == sleeps) std::this_thread::yield();
  }

  loom_test::Journal journal_;
  loom_test::SharedBlock block_{Shape::shared_bytes};
  loom::RunningProgram program_;
};

/// Starts; skips, by name, on a machine whose kernel or sandbox forbids this backend.
#define LOOM_START_SOURCES_OR_SKIP()                                                          \
  {                                                                                           \
    const loom::StartReport report = this->start();                                           \
    if (!report.ok && std::string(report.code) == "LOOM5001") GTEST_SKIP() << report.message; \
    ASSERT_TRUE(report.ok) << report.message;                                                 \
  }

}  // namespace loom_test

const loom::ProgramTable& loom::program_table() noexcept {
  static constexpr loom::ProgramTable table{"test", loom::shared_abi, &loom_test::entry, 1};
  return table;
}
