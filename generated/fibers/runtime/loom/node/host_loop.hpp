// What lets an environment's own event loop turn a reactor: a handle of libuv on an epoll instance
// that holds the reactor's descriptor and a timerfd, so that deadlines keep their nanoseconds.
//
// It is closed by its owner, or by the environment when that ends first (a terminated worker),
// which waits for libuv to let go of the handle.
#pragma once

#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cstdint>

#include <node_api.h>
#include <uv.h>

#include "../clock.hpp"

namespace loom::node {

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
    self->epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
    self->timer_fd_ = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (!self->watch(poll_fd) || !self->watch(self->timer_fd_) ||
        napi_get_uv_event_loop(env, &loop) != napi_ok ||
        uv_poll_init(loop, &self->handle_, self->epoll_fd_) != 0) {
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
    itimerspec when{};
    // Zero would disarm it.
    when.it_value = to_timespec(nanoseconds == 0 ? 1 : nanoseconds);
    timerfd_settime(timer_fd_, 0, &when, nullptr);
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
  ~HostLoop() {
    if (epoll_fd_ >= 0) ::close(epoll_fd_);
    if (timer_fd_ >= 0) ::close(timer_fd_);
  }

  bool watch(int fd) const noexcept {
    epoll_event event{};
    event.events = EPOLLIN;
    return epoll_fd_ >= 0 && fd >= 0 && epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) == 0;
  }

  static void is_ready(uv_poll_t* handle, int /*status*/, int /*events*/) {
    auto* self = static_cast<HostLoop*>(handle->data);
    if (monotonic_nanoseconds() >= self->armed_) {
      // It would tell again and again: a turn that follows arms it anew.
      self->armed_ = unarmed;
      itimerspec never{};
      timerfd_settime(self->timer_fd_, 0, &never, nullptr);
    }
    self->ready_(self->context_);
  }

  static void environment_ends(napi_async_cleanup_hook_handle /*hook*/, void* self) {
    static_cast<HostLoop*>(self)->close();
  }

  static constexpr std::uint64_t unarmed = UINT64_MAX;

  uv_poll_t handle_{};
  napi_async_cleanup_hook_handle hook_ = nullptr;
  int epoll_fd_ = -1;
  int timer_fd_ = -1;
  std::uint64_t armed_ = unarmed;  ///< when the timer tells, on the monotonic clock
  void (*ready_)(void*) = nullptr;
  void* context_ = nullptr;
  HostLoop** owner_ = nullptr;
};

}  // namespace loom::node
