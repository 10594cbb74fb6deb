// A program of one stream fd in fiber style, put together by hand the way loomgen emits it. What
// its fibers do is a function of the test.
#pragma once

#include <functional>

#include "loom/fiber_stream.hpp"
#include "program_fixture.hpp"

namespace loom_test {

/// What the fiber of each connection does.
template <class Fd>
struct FiberScript {
  std::function<void(loom::FiberConnection<Fd>&)> run;
  std::function<void(loom::ReactorCore&)> on_start;
  std::function<void(loom::Connection<Fd>&)> on_close;
  Journal journal;
  static inline FiberScript* current = nullptr;
};

/// Runs the script; the journal has "begin N", "end N" and "unwound N" of each connection.
template <class Fd>
class FiberHandler : public loom::HandlerBase<FiberHandler<Fd>> {
 public:
  using State = TokenState;

  void on_start() {
    if (script().on_start) script().on_start(this->reactor());
  }
  void run(loom::FiberConnection<Fd>& connection) {
    const std::string index = std::to_string(connection.index());
    script().journal.add("begin " + index);
    try {
      script().run(connection);
    } catch (const loom::FiberUnwind&) {
      script().journal.add("unwound " + index);
      throw;
    }
    script().journal.add("end " + index);
  }
  void on_close(loom::Connection<Fd>& connection, loom::CloseReason /*why*/) {
    if (script().on_close) script().on_close(connection);
  }

 private:
  FiberScript<Fd>& script() { return *FiberScript<Fd>::current; }
};

/// Two classes: `Fd::stacks` of the one that connections use, and a small one for spawned fibers.
template <class Fd>
struct TestFibers {
  static constexpr loom::StackClass stacks[] = {Fd::stacks, {"spawned", 65536, 4, 4}};
  static constexpr std::uint32_t count = Fd::stacks.count + Fd::stacks.waiting + 8;
};

template <class Fd>
struct FiberShape : OneShape<Fd> {
  using Fibers = TestFibers<Fd>;
};

/// The reactor around one stream fd of fiber style, as loomgen emits it.
template <class Fd>
struct OneFiber {
  template <class Backend>
  class Emitted : public loom::Reactor<Emitted<Backend>, Backend, FiberShape<Fd>> {
   public:
    using Shape = FiberShape<Fd>;

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
        case loom::common_operation::fiber: return this->fiber_completed(completion);
        case loom::common_operation::fiber_scope: return this->fiber_scope_expired(completion);
        case loom::common_operation::fiber_timeout: return this->fiber_timed_out(completion);
        default: this->core_.stats().add(loom::Stat::stale_completions);
      }
    }
    loom::StartError start_fds(loom::ReactorRun& run) noexcept {
      user_.attach_reactor(this->core_);
      handler_.attach(this->core_, user_);
      stream_.attach(this->core_, handler_);
      return this->start_streams(run);
    }
    void begin() {
      user_.on_start();
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
    bool command_for(const loom::Record&) noexcept { return true; }

   private:
    FiberHandler<Fd> user_;
    typename Fd::Handler handler_;
    loom::StreamFamily<Fd> stream_;
  };

  static constexpr loom::ReactorEntry entry{
      "main", FiberShape<Fd>::shared_bytes,
      &loom::run_reactor<Emitted, FiberShape<Fd>, loom::IoUring, loom::Epoll>};
};

template <class Fd>
using FiberProgramTest = ProgramTest<Fd, OneFiber, FiberScript>;

}  // namespace loom_test
