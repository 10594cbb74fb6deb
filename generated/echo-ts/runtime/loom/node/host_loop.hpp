// What lets an environment's own event loop turn a reactor: a handle of libuv on a descriptor that
// is readable when the reactor's is or its next deadline has come (host_wait.hpp).
//
// It is closed by its owner, or by the environment when that ends first (a terminated worker),
// which waits for libuv to let go of the handle.
#pragma once

#include <cstdint>

#include <node_api.h>

#if !defined(_WIN32)
#include <uv.h>

#include "../clock.hpp"
#include "host_wait.hpp"
#endif

namespace loom::node {

#if defined(_WIN32)

/// No event loop of Windows waits for a completion port: the bindings refuse who asks (LOOM6034).
class HostLoop {
 public:
  static HostLoop* open(napi_env, int, void (*)(void*), void*, HostLoop**) { return nullptr; }
  void arm(std::uint64_t) noexcept {}
  void close() noexcept {}
};

#else

/// One reactor's place in an event loop. On the environment's thread alone.
class HostLoop {
 public:
  /// Calls `ready(context)` from the event loop whenever `poll_fd` is readable or the time of arm()
  /// is over. nullptr when a descriptor or the loop is not to be had. `*owner` is the result, and
  /// is set to nullptr when the environment ends first.
  static HostLoop* open(napi_env env, int poll_fd, void (*ready)(void*), void* context,
                        HostLoop** owner) {
    auto* self = new HostLoop;
    self->ready_ = ready;
    self->context_ = context;
    self->owner_ = owner;
    uv_loop_s* loop = nullptr;
    if (!self->wait_.open(poll_fd) || napi_get_uv_event_loop(env, &loop) != napi_ok ||
        uv_poll_init(loop, &self->handle_, self->wait_.fd()) != 0) {
      delete self;
      return nullptr;
    }
    self->handle_.data = self;
    if (uv_poll_start(&self->handle_, UV_READABLE, &HostLoop::is_ready) != 0) {
      self->owner_ = nullptr;
      self->close();
      return nullptr;
    }
    napi_add_async_cleanup_hook(env, &HostLoop::environment_ends, self, &self->hook_);
    return self;
  }

  HostLoop(const HostLoop&) = delete;
  HostLoop& operator=(const HostLoop&) = delete;

  /// ready() is called in `nanoseconds` from now at the latest; once too early, perhaps, where an
  /// earlier call asked for that: a system call less each time that something came before its time.
  void arm(std::uint64_t nanoseconds) noexcept {
    const std::uint64_t due = time_after(monotonic_nanoseconds(), nanoseconds);
    if (armed_ <= due) return;
    armed_ = due;
    wait_.arm(nanoseconds);
  }

  /// ready() is called no more; frees this once libuv has let go of it.
  void close() noexcept {
    if (owner_ != nullptr) *owner_ = nullptr;
    owner_ = nullptr;
    auto* handle = reinterpret_cast<uv_handle_t*>(&handle_);
    if (uv_is_closing(handle) != 0) return;
    uv_close(handle, [](uv_handle_t* closed) {
      auto* self = static_cast<HostLoop*>(closed->data);
      napi_remove_async_cleanup_hook(self->hook_);
      delete self;
    });
  }

 private:
  HostLoop() = default;
  ~HostLoop() = default;

  static void is_ready(uv_poll_t* handle, int /*status*/, int /*events*/) {
    auto* self = static_cast<HostLoop*>(handle->data);
    if (monotonic_nanoseconds() >= self->armed_) {
      // It would tell again and again: a turn that follows arms it anew.
      self->armed_ = unarmed;
      self->wait_.disarm();
    }
    self->ready_(self->context_);
  }

  static void environment_ends(napi_async_cleanup_hook_handle /*hook*/, void* self) {
    static_cast<HostLoop*>(self)->close();
  }

  static constexpr std::uint64_t unarmed = UINT64_MAX;

  uv_poll_t handle_{};
  napi_async_cleanup_hook_handle hook_ = nullptr;
  HostWait wait_;
  std::uint64_t armed_ = unarmed;  ///< when the timer tells, on the monotonic clock
  void (*ready_)(void*) = nullptr;
  void* context_ = nullptr;
  HostLoop** owner_ = nullptr;
};

#endif

}  // namespace loom::node
