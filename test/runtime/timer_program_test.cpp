// Timers in a running loop on both backends: a declared one, one that its handler arms again and
// again, what the loop counts about them, and that a stop ends them.
#include <gtest/gtest.h>

#include <string>

#include "loom/backend/epoll.hpp"
#include "loom/backend/io_uring.hpp"
#include "loom/program.hpp"
#include "loom/reactor.hpp"
#include "loom/run_reactor.hpp"
#include "scripted_handler.hpp"
#include "support.hpp"

namespace loom_test {

/// Shape of a reactor that has timers and nothing else.
struct TimersOnly : loom::ReactorShape {
  static constexpr const char* name = "main";
  static constexpr const char* thread_name = "test:main";
  static constexpr int core = loom::core_any;
  static constexpr loom::WaitMode wait = loom::WaitMode::block;
  static constexpr std::uint64_t spin_nanoseconds = 0;
  static constexpr std::uint32_t completion_batch = 64;
  static constexpr std::uint32_t submission_entries = 64;
  static constexpr std::uint32_t completion_entries = 128;
  static constexpr std::uint32_t own_handles = 0;
  static constexpr std::uint32_t handles = 64;
  static constexpr std::uint32_t buffer_groups = 0;
  static constexpr std::uint32_t maximum_buffers = 1;
  static constexpr std::uint32_t delivery_offset = 1024;
  static constexpr std::uint32_t delivery_bytes = 1024;
  static constexpr std::uint32_t inbox_offset = delivery_offset + 128 + delivery_bytes;
  static constexpr std::uint32_t inbox_bytes = 1024;
  static constexpr std::uint32_t shared_bytes = inbox_offset + 128 + inbox_bytes;
};

}  // namespace loom_test

namespace {

constexpr std::uint64_t period = loom::nanoseconds_per_millisecond;

enum : std::uint16_t { every_tick = loom::common_operation::first_own, chain_tick };

loom_test::Journal* journal = nullptr;

/// Ticks of `every` are noted; `chain` arms itself again until the tenth time.
struct Clockwork : loom::HandlerBase<Clockwork> {
  loom::Timer chain;
  int links = 0;

  void on_start() { chain.arm_after(period); }
  void on_tick(loom::Tick tick) {
    if (tick.timer == chain) {
      links += 1;
      if (links < 10) chain.arm_at(tick.due_nanoseconds + period);
      journal->add("chain " + std::to_string(links));
    } else {
      journal->add("every");
    }
  }
};

struct EveryFd {
  using Handler = Clockwork;
  static constexpr loom::TimerShape shape{.name = "every",
                                          .tick_operation = every_tick,
                                          .first_nanoseconds = period / 2,
                                          .every_nanoseconds = period};
};
struct ChainFd {
  using Handler = Clockwork;
  static constexpr loom::TimerShape shape{.name = "chain", .tick_operation = chain_tick};
};

template <class Backend>
class Emitted : public loom::Reactor<Emitted<Backend>, Backend, loom_test::TimersOnly> {
 public:
  using Shape = loom_test::TimersOnly;

  void dispatch(const loom::Completion& completion) noexcept {
    switch (completion.tag.operation()) {
      case every_tick: return every_.expire();
      case chain_tick: return chain_.expire();
      default: this->core_.stats().add(loom::Stat::stale_completions);
    }
  }
  loom::StartError start_fds(loom::ReactorRun& run) noexcept {
    handler_.attach_reactor(this->core_);
    every_.attach(this->core_, handler_);
    chain_.attach(this->core_, handler_);
    handler_.chain = chain_.handle();
    return this->start_streams(run);
  }
  void begin() {
    handler_.on_start();
    this->begin_streams();
    every_.start();
    chain_.start();
  }
  template <class Visit>
  void each_stream(Visit&&) noexcept {}
  template <class Visit>
  void each_timer(Visit&& visit) noexcept {
    visit(every_);
    visit(chain_);
  }
  template <class Visit>
  void each_channel(Visit&&) noexcept {}
  bool command_for(const loom::Record&) noexcept { return true; }

 private:
  Clockwork handler_;
  loom::TimerFamily<EveryFd> every_;
  loom::TimerFamily<ChainFd> chain_;
};

constexpr loom::ReactorEntry entry{
    "main", loom_test::TimersOnly::shared_bytes,
    &loom::run_reactor<Emitted, loom_test::TimersOnly, loom::IoUring, loom::Epoll>};
constexpr loom::ProgramTable table{"test", loom::shared_abi, &entry, 1};

class TimerProgram : public testing::TestWithParam<const char*> {};

TEST_P(TimerProgram, TicksUntilItIsStopped) {
  loom_test::Journal notes;
  journal = &notes;
  loom_test::SharedBlock block(loom_test::TimersOnly::shared_bytes);
  loom::RunningProgram program;
  loom::ProgramStart start;
  start.reactors[0].shared = block.data();
  start.backend = GetParam();
  const loom::StartReport report = program.start(start);
  if (!report.ok) {
    ASSERT_STREQ(report.code, loom::start_code::backend_unavailable) << report.message;
    GTEST_SKIP() << "this machine does not offer " << GetParam();
  }
  EXPECT_TRUE(notes.wait_for("every", 5));
  EXPECT_TRUE(notes.wait_for("chain 10"));
  program.request_stop();
  program.join();
  EXPECT_EQ(notes.count("chain 10"), 1U);
  const std::uint64_t expired = block.stat(loom::Stat::timers_expired);
  EXPECT_EQ(expired, notes.events().size()) << "each hook was one expiry";
  EXPECT_GE(block.stat(loom::Stat::ticks), expired) << "a late loop misses some and counts them";
  const loom::LatenessSummary& late = program.run_of(0).lateness;
  EXPECT_EQ(late.count, expired);
  EXPECT_GT(late.p50_nanoseconds, 0U);
  EXPECT_LE(late.p50_nanoseconds, late.p99_9_nanoseconds);
  EXPECT_LE(late.p99_9_nanoseconds, late.maximum_nanoseconds);
  EXPECT_EQ(block.stat(loom::Stat::stale_completions), 0U);
  EXPECT_EQ(block.stat(loom::Stat::allocations_after_init), 0U);
}

INSTANTIATE_TEST_SUITE_P(Backends, TimerProgram, testing::Values("io_uring", "epoll"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace

const loom::ProgramTable& loom::program_table() noexcept { return table; }
