// The epoll backend: each descriptor is registered once, edge-triggered unless the config says
// otherwise (epoll_watch.hpp), and what is ready is served as readiness.hpp says.
#pragma once

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "epoll_call.hpp"
#include "epoll_request_watch.hpp"
#include "readiness.hpp"

namespace loom {

/// What epoll is told of one descriptor.
struct EpollEntry : ReadinessEntry {
  bool unwatched = false;     ///< direct datagrams: not registered yet; see watch_direct
  bool quiet = false;         ///< not watched for room yet; see await_room
  std::uint32_t watched = 0;  ///< level-triggered: the events that epoll knows of
};

/// `Shape` is the reactor's emitted shape.
template <class Shape>
class Epoll : public Readiness<Epoll<Shape>, Shape, EpollEntry, EpollRequestWatch> {
  using Base = Readiness<Epoll<Shape>, Shape, EpollEntry, EpollRequestWatch>;
  friend Base;

 public:
  static constexpr const char* name = "epoll";
  static constexpr std::uint64_t stat_value = 2;
  using Base::maximum_events;

  Epoll() noexcept = default;
  ~Epoll() { close(); }

  static StartError probe() noexcept { return {}; }  ///< it is part of every Linux this runs on
  /// Makes the epoll instance. A write to the caller's eventfd `wake_fd` ends a wait.
  StartError open(ReactorCore& core, int wake_fd) noexcept {
    this->begin(core);
    epoll_fd_ = epoll_create1(EPOLL_CLOEXEC);
    if (epoll_fd_ < 0) return unavailable(errno, "cannot be created");
    epoll_event event{};
    // Each write is an edge, so that nobody must read the counter, and none whose number somebody
    // closed keeps the loop awake.
    event.events = EPOLLIN | EPOLLET;
    event.data.u32 = wake_event;
    if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd, &event) != 0) {
      return unavailable(errno, "cannot watch its eventfd");
    }
    const int requests_fd = requests_.open(core, name, inline_);
    event.events = EPOLLIN;
    event.data.u32 = requests_event;
    if (requests_fd < 0) return unavailable(-requests_fd, "cannot watch for requests");
    if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, requests_fd, &event) != 0) {
      return unavailable(errno, "cannot watch for requests");
    }
    return {};
  }

  /// Watches a non-blocking socket. @returns its handle, or a negative errno; then it is closed.
  std::int32_t adopt(int fd, FdTraits traits = {}) noexcept;

  [[nodiscard]] int poll_fd() const noexcept { return epoll_fd_; }  ///< readable: some fd is ready

  /// Waits up to `nanoseconds` for readiness or a wake-up.
  void wait(std::uint64_t nanoseconds) noexcept;

  /// Closes everything that is still watched.
  void close() noexcept {
    requests_.close();
    for (EpollEntry& entry : entries_) {
      if (entry.fd >= 0) ::close(entry.fd);
      entry.fd = -1;
    }
    if (epoll_fd_ >= 0) ::close(epoll_fd_);
    epoll_fd_ = -1;
  }

 private:
  static constexpr std::uint32_t wake_event = UINT32_MAX;
  static constexpr std::uint32_t requests_event = UINT32_MAX - 1;

  using Base::core_;
  using Base::direct_;
  using Base::direct_count_;
  using Base::entries_;
  using Base::inline_;
  using Base::requests_;

  static StartError unavailable(int error, const char* why) noexcept {
    return StartError::make(start_code::backend_unavailable, "", error, "epoll %s: %s. %s", why,
                            std::strerror(error), shortage_fix(error));
  }

  // What readiness.hpp asks of a backend.

  void await_room(EpollEntry& entry) noexcept;
  void watch(std::int32_t handle) noexcept;

  /// A connect is under way: the edge that ends it is asked for already.
  void await_connection(EpollEntry& entry) noexcept { entry.writable = false; }

  void close_unused(EpollEntry& entry) noexcept { ::close(entry.fd); }

  void close_for(EpollEntry& entry, Operation& operation) noexcept {
    core_->stats().add(Stat::kernel_entries);
    this->complete(operation, ::close(entry.fd) == 0 ? 0 : -errno);
  }

  /// Whether a receive of `size` bytes that offered room for `room` is known to have left nothing
  /// behind that no edge would tell of.
  bool emptied(const EpollEntry& entry, const Operation& receive, ssize_t size,
               std::uint32_t room) const noexcept {
    return !entry.ended && took_all(receive, size, room);
  }

  void poll(std::uint64_t wait_nanoseconds) noexcept {
    this->looks_left_out_ = 0;
    core_->stats().add(Stat::kernel_entries);
    const timespec timeout = to_timespec(wait_nanoseconds);
    int count = wait_precisely(epoll_fd_, events_, maximum_events, timeout);
    // Filters that are older than the call refuse it with EPERM.
    if (count < 0 && (errno == ENOSYS || errno == EPERM)) {
      const std::uint64_t milliseconds =
          (wait_nanoseconds + nanoseconds_per_millisecond - 1) / nanoseconds_per_millisecond;
      count = epoll_wait(epoll_fd_, events_, maximum_events, static_cast<int>(milliseconds));
    }
    if (count < 0 && errno != EINTR) return this->lost(name, epoll_fd_, errno);
    for (int index = 0; index < count; ++index) note(events_[index]);
  }

  bool watch_direct() noexcept;
  void note(const epoll_event& event) noexcept;

  int epoll_fd_ = -1;
  epoll_event events_[maximum_events];
};

}  // namespace loom

#include "epoll_watch.hpp"
