// A program of one stream fd, put together by hand the way loomgen emits it, and the fixture that
// starts and ends it on both backends.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

#include "log_lines.hpp"
#include "loom/backend/epoll.hpp"
#include "loom/backend/io_uring.hpp"
#include "loom/offload.hpp"
#include "loom/program.hpp"
#include "loom/reactor.hpp"
#include "loom/run_reactor.hpp"
#include "scripted_handler.hpp"
#include "support.hpp"

namespace loom_test {

/// How the reactor around `Fd` waits: `Fd::wait`, else it blocks.
template <class Fd>
consteval loom::WaitMode wait_of() {
  if constexpr (requires { Fd::wait; }) return Fd::wait;
  return loom::WaitMode::block;
}

/// The budget of the reactor around `Fd`: `Fd::stall_nanoseconds`, else none.
template <class Fd>
consteval std::uint64_t stall_of() {
  if constexpr (requires { Fd::stall_nanoseconds; }) return Fd::stall_nanoseconds;
  return 0;
}

/// The longest wait of the reactor around `Fd`: `Fd::longest_wait_nanoseconds`, else 10 s, so that
/// a lost wake-up is seen and not mended by the next look.
template <class Fd>
consteval std::uint64_t longest_wait_of() {
  if constexpr (requires { Fd::longest_wait_nanoseconds; }) return Fd::longest_wait_nanoseconds;
  return 10 * loom::nanoseconds_per_second;
}

/// Shape of the reactor around one stream fd.
template <class Fd>
struct OneShape : loom::ReactorShape {
  static constexpr const char* name = "main";
  static constexpr const char* thread_name = "test:main";
  static constexpr int core = loom::core_any;
  static constexpr loom::WaitMode wait = wait_of<Fd>();
  static constexpr std::uint64_t stall_nanoseconds = stall_of<Fd>();
  static constexpr std::uint64_t spin_nanoseconds = 0;
  static constexpr std::uint64_t longest_wait_nanoseconds = longest_wait_of<Fd>();
  static constexpr std::uint32_t completion_batch = 64;
  static constexpr std::uint32_t submission_entries = 64;
  static constexpr std::uint32_t completion_entries = 1024;
  static constexpr std::uint32_t own_handles =
      Fd::shape.hands_over()  ? Fd::shape.slots + 1
      : Fd::shape.is_server() ? 1
                              : static_cast<std::uint32_t>(Fd::shape.slots) * 2;
  static constexpr std::uint32_t handles = own_handles + Fd::shape.slots + 64;
  static constexpr std::uint32_t buffer_groups = 1;
  static constexpr std::uint32_t maximum_buffers = Fd::shape.buffer_count;
  static constexpr std::uint32_t delivery_offset = 1024;
  static constexpr std::uint32_t delivery_bytes = 4096;
  static constexpr std::uint32_t inbox_offset = delivery_offset + 128 + delivery_bytes;
  static constexpr std::uint32_t inbox_bytes = 4096;
  static constexpr std::uint32_t shared_bytes = inbox_offset + 128 + inbox_bytes;
  static constexpr std::uint32_t direct_sockets =
      Fd::shape.traits.receive == loom::ReceiveStrategy::direct ? Fd::shape.slots : 0;
  static constexpr bool elastic = Fd::shape.is_elastic();
  static constexpr bool level_triggered = Fd::shape.traits.trigger == loom::Trigger::level;
  static constexpr bool bundles = Fd::shape.traits.receive == loom::ReceiveStrategy::bundle;
};

/// The numbers of a single stream fd's operations.
enum : std::uint16_t {
  stream_open = loom::common_operation::first_own,
  stream_receive,
  stream_send,
  stream_shutdown,
  stream_close,
  stream_cancel,
  stream_deadline,
  pool_done,
};

/// Submissions that may be out at once.
inline constexpr std::uint32_t offload_slots = 4;

/// A StreamShape with these numbers filled in.
constexpr loom::StreamShape numbered(loom::StreamShape shape) {
  shape.name = "stream";
  shape.open_operation = stream_open;
  shape.receive_operation = stream_receive;
  shape.send_operation = stream_send;
  shape.shutdown_operation = stream_shutdown;
  shape.close_operation = stream_close;
  shape.cancel_operation = stream_cancel;
  shape.deadline_operation = stream_deadline;
  return shape;
}

/// The reactor around one stream fd, as loomgen emits it.
template <class Fd>
struct One {
  template <class Backend>
  class Emitted : public loom::Reactor<Emitted<Backend>, Backend, OneShape<Fd>> {
   public:
    using Shape = OneShape<Fd>;

    void dispatch(const loom::Completion& completion) noexcept {
      switch (completion.tag.operation()) {
        case stream_open:
          if constexpr (Fd::shape.is_server()) return this->accepted(stream_, completion);
          return this->connected(stream_, completion);
        case stream_receive: return this->received(stream_, completion);
        case stream_send: return this->sent(stream_, completion);
        case stream_shutdown: return this->shut_down(stream_, completion);
        case stream_close: return this->closed(stream_, completion);
        case stream_cancel: return this->cancelled(stream_, completion);
        case stream_deadline: return this->deadline_passed(stream_, completion);
        case pool_done: return pool_.done(completion);
        default: this->core_.stats().add(loom::Stat::stale_completions);
      }
    }
    loom::StartError start_fds(loom::ReactorRun& run) noexcept {
      handler_.attach_reactor(this->core_);
      if (run.pools[0] != nullptr) {
        pool_.attach(this->core_, *run.pools[0], "crunch", pool_done);
        if constexpr (requires { handler_.pool; }) handler_.pool.attach(pool_);
      }
      stream_.attach(this->core_, handler_);
      return this->start_streams(run);
    }
    void begin() {
      handler_.on_start();
      this->begin_streams();
    }
    template <class Visit>
    void each_stream(Visit&& visit) noexcept {
      visit(stream_);
    }
    template <class Visit>
    void each_timer(Visit&&) noexcept {}
    template <class Visit>
    void each_channel(Visit&&) noexcept {}
    bool command_for(const loom::Record& record) noexcept { return this->command(stream_, record); }

   private:
    typename Fd::Handler handler_;
    loom::OffloadTableOf<offload_slots> pool_;
    loom::StreamFamily<Fd> stream_;
  };

  static constexpr loom::ReactorEntry entry{
      "main", OneShape<Fd>::shared_bytes,
      &loom::run_reactor<Emitted, OneShape<Fd>, loom::IoUring, loom::Epoll>};
};

/// The table that program_table() gives; a test sets it before it starts a program.
inline loom::ProgramTable current_table{};

/// Waits until `done()`; false after the patience of a test. For what has no event to wait for.
template <class Done>
bool eventually(Done&& done) {
  const auto limit =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(patience_milliseconds);
  while (!done()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::yield();
  }
  return true;
}

/// Starts and ends the program around `Fd` on the backend that the test's parameter names. `OneOf`
/// is the reactor, `ScriptOf` what the test scripts.
template <class Fd, template <class> class OneOf = One, template <class> class ScriptOf = Script>
class ProgramTest : public testing::TestWithParam<const char*> {
 protected:
  using Connection = loom::Connection<Fd>;

  void SetUp() override {
    ScriptOf<Fd>::current = &script_;
    current_table = {"test", loom::shared_abi, &OneOf<Fd>::entry, 1};
  }
  void TearDown() override {
    program_.join();
    EXPECT_EQ(stat(loom::Stat::in_flight), 0U) << "stop leaves no operation in flight";
    EXPECT_EQ(stat(loom::Stat::open_connections), 0U) << "stop closes every connection";
    EXPECT_EQ(stat(loom::Stat::stale_completions), 0U);
    EXPECT_FALSE(log_.said("gave up its stop")) << "a stop ends everything in its time";
  }

  /// Starts the program; the test must return at once when this is false.
  bool start(const std::string& address = "127.0.0.1:0") {
    address_ = address;
    override_ = {"stream", address_.c_str()};
    loom::ProgramStart program_start;
    program_start.reactors[0].shared = block_.data();
    program_start.backend = GetParam();
    program_start.addresses = &override_;
    program_start.address_count = 1;
    customise(program_start);
    if (program_start.context == nullptr) log_.attach(program_start);
    const loom::StartReport report = program_.start(program_start);
    if (!report.ok) {
      EXPECT_STREQ(report.code, loom::start_code::backend_unavailable) << report.message;
      // Only what this machine forbids may be skipped.
      EXPECT_TRUE(loom::IoUring<OneShape<Fd>>::probe()) << report.message;
      return false;
    }
    if (report.bound_count != 0) {
      const std::string bound = report.bound[0].text;
      if (!Fd::shape.is_tcp()) {
        EXPECT_EQ(bound, address_);
        return true;
      }
      port_ = static_cast<std::uint16_t>(std::stoi(bound.substr(bound.rfind(':') + 1)));
    }
    return true;
  }

  /// What a fixture adds to the start.
  virtual void customise(loom::ProgramStart&) {}

  [[nodiscard]] std::uint64_t stat(loom::Stat stat) const { return block_.stat(stat); }

  template <class Done>
  static bool eventually(Done&& done) {
    return loom_test::eventually(std::forward<Done>(done));
  }

  /// Wakes the loop and waits until it has gone around twice.
  bool turn_around() {
    const std::uint64_t turns = stat(loom::Stat::turns);
    return eventually([&] {
      program_.wake(0);
      return stat(loom::Stat::turns) >= turns + 2;
    });
  }

  /// Waits until the loop sends nothing more although it turns: the peers' windows are closed.
  bool sending_stands_still() {
    std::uint64_t sent = 0;
    for (int unchanged = 0; unchanged < 100; ++unchanged) {
      if (!turn_around()) return false;
      const std::uint64_t now = stat(loom::Stat::bytes_sent);
      if (now != sent) unchanged = 0;
      sent = now;
    }
    return true;
  }

  ScriptOf<Fd> script_;
  Journal& journal_ = script_.journal;
  SharedBlock block_{OneShape<Fd>::shared_bytes};
  std::string address_;
  loom::AddressOverride override_;
  std::uint16_t port_ = 0;
  LogLines log_;
  loom::RunningProgram program_;
};

/// Ends a program where the test's body ends: hooks use what the body declared before the start.
class JoinAtEnd {
 public:
  explicit JoinAtEnd(loom::RunningProgram& program) : program_(program) {}
  JoinAtEnd(const JoinAtEnd&) = delete;
  JoinAtEnd& operator=(const JoinAtEnd&) = delete;
  ~JoinAtEnd() { program_.join(); }

 private:
  loom::RunningProgram& program_;
};

/// Starts; skips, by name, on a machine whose kernel or sandbox forbids this backend.
#define LOOM_START_OR_SKIP(...)                                         \
  if (!this->start(__VA_ARGS__)) {                                      \
    if (this->HasFailure()) return;                                     \
    GTEST_SKIP() << "this machine does not offer " << this->GetParam(); \
  }                                                                     \
  const loom_test::JoinAtEnd join_at_end(this->program_)

/// Both backends, by their names.
inline auto both_backends() { return testing::Values("io_uring", "epoll"); }
inline std::string backend_name(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

}  // namespace loom_test

const loom::ProgramTable& loom::program_table() noexcept { return loom_test::current_table; }
