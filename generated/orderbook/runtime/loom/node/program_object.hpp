// The JavaScript object around one running program: `new Program(options)`, `start()`, `wake()`,
// `turn()`, `stop()`, `stopNow()`. templates/bindings/native.ts has its TypeScript type.
//
// Lives and ends: the object holds itself from start() until its thread-safe function is
// finalised, which happens only after every reactor thread was joined; so no reactor can call
// into a dead object or write to freed memory. A worker that is terminated, or a process that
// ends, runs the cleanup hook; it was registered after the thread-safe function and therefore
// runs before that one's own hook.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include <napi.h>

#include "../program.hpp"
#include "host_loop.hpp"
#include "log_queue.hpp"
#include "notice.hpp"
#include "report.hpp"
#include "start_options.hpp"

namespace loom::node {

/// One instance of the emitted program. All methods run on the thread of its environment.
class ProgramObject : public Napi::ObjectWrap<ProgramObject> {
 public:
  /// The constructor function for one environment.
  static Napi::Function define(Napi::Env env) {
    return DefineClass(
        env, "Program",
        {InstanceMethod<&ProgramObject::start>("start"),
         InstanceMethod<&ProgramObject::wake>("wake"), InstanceMethod<&ProgramObject::turn>("turn"),
         InstanceMethod<&ProgramObject::stop>("stop"),
         InstanceMethod<&ProgramObject::stop_now>("stopNow")});
  }

  /// Options: those of StartOptions, and notify (function).
  explicit ProgramObject(const Napi::CallbackInfo& info)
      : Napi::ObjectWrap<ProgramObject>(info),
        options_(info.Env(), info[0].As<Napi::Object>()),
        report_(std::make_unique<StartReport>()) {
    ProgramStart& program_start = options_.program_start();
    // Who turns the reactor looks for itself.
    if (!program_start.hosted) {
      program_start.wake_js = [](void* self) noexcept { of(self)->notify(); };
    }
    program_start.stopped = [](void* self, std::uint32_t reactor) noexcept {
      // Partner: deliver_notices; `notify` below it orders both.
      of(self)->stopped_reactors_.fetch_or(1u << reactor, std::memory_order_acq_rel);
      of(self)->notify();
    };
    program_start.log = [](void* self, const char* line) noexcept {
      of(self)->log_lines_.push(line);
      of(self)->notify();
    };
    program_start.context = this;
    const auto options = info[0].As<Napi::Object>();
    // Held by this object, so that the memory outlives the threads.
    info.This().As<Napi::Object>().Set("memory", options.Get("memory"));
    info.This().As<Napi::Object>().Set("notify", options.Get("notify"));
  }

  ~ProgramObject() override { end_threads(); }
  ProgramObject(const ProgramObject&) = delete;
  ProgramObject& operator=(const ProgramObject&) = delete;

 private:
  static ProgramObject* of(void* self) noexcept { return static_cast<ProgramObject*>(self); }

  /// Promise of a report: { ok: false, code, fd, systemError, message } or
  /// { ok: true, reactors: [{ backend, reason }], bound: [{ fd, address }] }.
  Napi::Value start(const Napi::CallbackInfo& info) {
    if (started_) {
      throw Napi::Error::New(Env(), "a Program starts once");
    }
    const napi_value notify = info.This().As<Napi::Object>().Get("notify");
    const napi_value name = Napi::String::New(Env(), "loom");
    const auto status =
        napi_create_threadsafe_function(Env(), notify, nullptr, name, threadsafe_queue_limit, 1,
                                        this, threadsafe_ends, this, deliver_notices, &threadsafe_);
    if (status != napi_ok) throw Napi::Error::New(Env(), "napi_create_threadsafe_function");
    started_ = true;
    Ref();
    napi_add_env_cleanup_hook(Env(), environment_ends, this);
    if (is_hosted()) return start_here();
    return run_on_pool(
        [](napi_env, void* self) {
          const std::lock_guard lock(of(self)->start_mutex_);
          if (of(self)->joined_) return;
          *of(self)->report_ = of(self)->program_.start(of(self)->options_.program_start());
        },
        [](napi_env env, napi_status, void* self) { of(self)->settle_start(env); });
  }

  /// Wakes reactor number `info[0]`, which said that it sleeps.
  void wake(const Napi::CallbackInfo& info) {
    const auto reactor = info[0].As<Napi::Number>().Uint32Value();
    // Once stop() was called a pool thread may be closing what wake() writes to.
    if (!stopping_ && reactor < program_table().reactor_count) program_.wake(reactor);
  }

  [[nodiscard]] bool is_hosted() noexcept { return options_.program_start().hosted; }

  /// start() on this thread, whose event loop then turns the reactor.
  Napi::Value start_here() {
    *report_ = program_.start(options_.program_start());
    if (report_->ok) {
      host_loop_ = HostLoop::open(
          Env(), program_.hosted()->poll_fd(), [](void* self) { of(self)->tell_to_turn(); }, this,
          &host_loop_);
      if (host_loop_ == nullptr) {
        end_threads();
        release_threadsafe(Env());
        throw Napi::Error::New(Env(), "no descriptors for the event loop");
      }
      napi_async_init(Env(), nullptr, Napi::String::New(Env(), "loom"), &async_context_);
    }
    napi_value promise = nullptr;
    napi_create_promise(Env(), &deferred_, &promise);
    if (!report_->ok) {
      end_threads();
      tell_log(Env(), notify_of(Env(), Value()), log_lines_);
      release_threadsafe(Env());
    }
    napi_resolve_deferred(Env(), deferred_, describe_report(Env(), *report_));
    return {Env(), promise};
  }

  /// The event loop found something for the reactor: JavaScript takes its turn.
  void tell_to_turn() noexcept {
    const Napi::HandleScope scope(Env());
    call_from_loop(Env(), async_context_, Value());
  }

  /// Turns the reactor a few times: 0 there is nothing to do now, 1 there is more, 2 it is over.
  /// One that spins is turned once, so that JavaScript looks at once at what that found.
  Napi::Value turn(const Napi::CallbackInfo&) {
    HostedState state = HostedState::busy;
    for (std::uint32_t n = 0; n < hosted_turns && state == HostedState::busy; ++n) {
      state = program_.turn();
    }
    if (state == HostedState::idle && host_loop_ != nullptr) {
      host_loop_->arm(program_.hosted()->wait_nanoseconds());
    }
    if (state == HostedState::over) end_host_loop();
    const int said = state == HostedState::idle ? 0 : state == HostedState::over ? 2 : 1;
    return Napi::Number::New(Env(), said);
  }

  void end_host_loop() noexcept {
    if (host_loop_ == nullptr) return;
    host_loop_->close();
    napi_async_destroy(Env(), async_context_);
  }

  /// Promise that is fulfilled when every reactor thread was joined; of a reactor that this thread
  /// turns at once: it is over when turn() says so.
  Napi::Value stop(const Napi::CallbackInfo&) {
    if (is_hosted() && program_.hosted() != nullptr) {
      program_.request_stop();
      napi_value promise = nullptr;
      napi_create_promise(Env(), &deferred_, &promise);
      napi_resolve_deferred(Env(), deferred_, Env().Undefined());
      return {Env(), promise};
    }
    stopping_ = true;
    program_.request_stop();
    return run_on_pool([](napi_env, void* self) { of(self)->end_threads(); },
                       [](napi_env env, napi_status, void* self) { of(self)->settle_stop(env); });
  }

  /// The same on this thread, for a process that is about to end.
  void stop_now(const Napi::CallbackInfo&) {
    stopping_ = true;
    end_threads();
    end_host_loop();
    tell_log(Env(), notify_of(Env(), Value()), log_lines_);
    release_threadsafe(Env());
  }

  Napi::Value run_on_pool(napi_async_execute_callback execute,
                          napi_async_complete_callback complete) {
    if (work_ != nullptr) throw Napi::Error::New(Env(), "start() or stop() is still under way");
    napi_value promise = nullptr;
    const napi_value name = Napi::String::New(Env(), "loom");
    if (napi_create_promise(Env(), &deferred_, &promise) != napi_ok ||
        napi_create_async_work(Env(), nullptr, name, execute, complete, this, &work_) != napi_ok ||
        napi_queue_async_work(Env(), work_) != napi_ok) {
      throw Napi::Error::New(Env(), "napi_queue_async_work");
    }
    return {Env(), promise};
  }

  /// Ends the work that settle_* completes. Statuses are not looked at: an environment that ends
  /// refuses all of it, and then nobody waits for the promise.
  void finish_work(napi_env env, napi_value value) noexcept {
    napi_delete_async_work(env, work_);
    work_ = nullptr;
    napi_resolve_deferred(env, deferred_, value);
  }

  void settle_start(napi_env env) noexcept {
    if (!report_->ok) {
      end_threads();
      tell_log(env, notify_of(env, Value()), log_lines_);
      release_threadsafe(env);
    }
    finish_work(env, describe_report(env, *report_));
  }

  void settle_stop(napi_env env) noexcept {
    napi_value undefined = nullptr;
    napi_get_undefined(env, &undefined);
    // The call that notify() queued may come only behind this one.
    tell_log(env, notify_of(env, Value()), log_lines_);
    release_threadsafe(env);
    finish_work(env, undefined);
  }

  /// Any thread: has deliver_notices called once, however often this is called before.
  void notify() noexcept {
    // Partner: the exchange in deliver_notices. Both exchange, so of two that meet either this
    // one queues a call or that one still sees what was stored before.
    if (notified_.exchange(true, std::memory_order_acq_rel)) return;
    napi_call_threadsafe_function(threadsafe_, nullptr, napi_tsfn_nonblocking);
  }

  static void deliver_notices(napi_env env, napi_value function, void* context, void*) {
    auto& self = *of(context);
    self.notified_.exchange(false, std::memory_order_acq_rel);
    if (env == nullptr || function == nullptr) return;
    tell_log(env, function, self.log_lines_);
    call_notify(env, function, Notice::wake, nullptr);
    const auto stopped = self.stopped_reactors_.exchange(0, std::memory_order_acq_rel);
    for (std::uint32_t reactor = 0; reactor < maximum_reactors; ++reactor) {
      if ((stopped & (1u << reactor)) == 0) continue;
      napi_value number = nullptr;
      napi_create_uint32(env, reactor, &number);
      call_notify(env, function, Notice::stopped, number);
    }
  }

  /// Any thread, again and again: afterwards no reactor thread exists and none will.
  void end_threads() noexcept {
    const std::lock_guard lock(start_mutex_);
    if (joined_) return;
    program_.request_stop();
    program_.join();
    joined_ = true;
  }

  void release_threadsafe(napi_env env) noexcept {
    if (threadsafe_ == nullptr) return;
    napi_remove_env_cleanup_hook(env, environment_ends, this);
    napi_release_threadsafe_function(threadsafe_, napi_tsfn_release);
    threadsafe_ = nullptr;
  }

  static void threadsafe_ends(napi_env, void* self, void*) {
    of(self)->threadsafe_ = nullptr;
    of(self)->Unref();
  }

  /// The environment goes away with this program running: a terminated worker, for one.
  static void environment_ends(void* self) { of(self)->end_threads(); }

  static constexpr std::size_t threadsafe_queue_limit = 4;
  /// Turns of a hosted reactor in one call, at most: JavaScript waits for as long.
  static constexpr std::uint32_t hosted_turns = 8;

  RunningProgram program_;
  StartOptions options_;
  std::unique_ptr<StartReport> report_;
  LogQueue log_lines_;
  /// Guards joined_, and start() against join().
  std::mutex start_mutex_;
  bool joined_ = false;
  /// Only on the environment's thread.
  bool started_ = false;
  bool stopping_ = false;
  /// Partners: notify and deliver_notices.
  std::atomic<bool> notified_ = false;
  /// One bit a reactor.
  std::atomic<std::uint32_t> stopped_reactors_ = 0;
  napi_threadsafe_function threadsafe_ = nullptr;
  /// Of a hosted reactor, while it runs.
  HostLoop* host_loop_ = nullptr;
  napi_async_context async_context_ = nullptr;
  napi_async_work work_ = nullptr;
  napi_deferred deferred_ = nullptr;
};
static_assert(maximum_reactors <= 32, "stopped_reactors_ has one bit a reactor");

}  // namespace loom::node
