// What epoll is asked to report. An edge-triggered descriptor is registered once, for everything. A
// level-triggered one is watched for what an operation waits for, and for nothing else: epoll would
// report unread bytes, or a peer that is gone, again and again. The changes of a turn are made
// together before the next look, most of them cancel out.
//
// Direct streams are registered like any other. A direct datagram socket is registered only when
// the loop sleeps, or when it waits for room: to be watched costs whoever sends to it.
#pragma once

#include <poll.h>

#include <algorithm>
#include <utility>

#include "epoll.hpp"

namespace loom {

/// The longest wait while the kernel refuses to watch a descriptor for want of memory.
inline constexpr std::uint64_t watch_retry_nanoseconds = nanoseconds_per_millisecond;

/// What an edge-triggered descriptor is watched for, besides room to send.
inline constexpr std::uint32_t epoll_edges = EPOLLIN | EPOLLPRI | EPOLLRDHUP | EPOLLET;

/// Whether `fd` is a socket of AF_UNIX, socket(7).
inline bool is_unix_socket(int fd) noexcept {
  int domain = 0;
  socklen_t size = sizeof domain;
  return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 && domain == AF_UNIX;
}

template <class Shape>
std::int32_t Epoll<Shape>::adopt(int fd, FdTraits traits) noexcept {
  const std::int32_t handle = this->next_handle();
  if (handle < 0) {
    ::close(fd);
    return handle;
  }
  const bool level = Shape::level_triggered && traits.trigger == Trigger::level;
  const bool direct = Shape::direct_sockets != 0 && traits.receive == ReceiveStrategy::direct;
  const bool unwatched = direct && traits.datagrams;
  epoll_event event{};
  const bool quiet = !level && (unwatched || is_unix_socket(fd));
  event.events = epoll_edges | (quiet ? 0U : static_cast<std::uint32_t>(EPOLLOUT));
  event.data.u32 = static_cast<std::uint32_t>(handle);
  const bool is_refused =
      !level && !unwatched && epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) != 0;
  // epoll has no opinion of regular files (epoll_ctl(2)): they are always ready.
  const bool is_file = is_refused && errno == EPERM;
  if (is_refused && !is_file) {
    const int error = errno;
    ::close(fd);
    return -error;
  }
  EpollEntry& entry = this->take_handle(handle, fd);
  entry.readable = entry.writable = entry.ended = is_file;
  entry.level = level;
  entry.quiet = quiet;
  entry.direct = direct;
  entry.unwatched = unwatched;
  return handle;
}

/// The operation waits until there is room again. The kernel reports room in a unix socket whenever
/// its peer reads, wanted or not, which would wake the loop for each answer that was taken; so it
/// is asked for only from the first time on that one is full. Asking reports what is so already.
template <class Shape>
void Epoll<Shape>::await_room(EpollEntry& entry) noexcept {
  entry.writable = false;
  if (!entry.quiet) return;
  entry.quiet = false;
  epoll_event event{};
  event.events = epoll_edges | EPOLLOUT;
  event.data.u32 = static_cast<std::uint32_t>(this->handle_of(entry));
  core_->stats().add(Stat::kernel_entries);
  const int act = std::exchange(entry.unwatched, false) ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  if (epoll_ctl(epoll_fd_, act, entry.fd, &event) == 0) return;
  // Somebody closed it, or no memory: the next turn tries the operation again, and asks again.
  entry.unwatched = act == EPOLL_CTL_ADD;
  entry.quiet = true;
  entry.writable = true;
  this->list(this->handle_of(entry));
}

template <class Shape>
void Epoll<Shape>::wait(std::uint64_t nanoseconds) noexcept {
  std::uint64_t limit = nanoseconds;
  if constexpr (Shape::direct_sockets != 0) {
    if (!watch_direct()) limit = std::min(limit, watch_retry_nanoseconds);
  }
  if constexpr (Shape::level_triggered) {
    // What cannot be watched is ready to fail, or is tried again soon.
    this->watch_changed();
    if (this->changed_count_ != 0) limit = std::min(limit, watch_retry_nanoseconds);
  }
  poll(this->completions_wait() ? 0 : limit);
}

/// Before the loop sleeps for the first time with a direct datagram socket: epoll tells of what is
/// there already. False: not all can be watched.
template <class Shape>
bool Epoll<Shape>::watch_direct() noexcept {
  bool all = true;
  for (std::uint32_t n = 0; n < direct_count_; ++n) {
    EpollEntry& entry = entries_[direct_[n]];
    if (!entry.unwatched) continue;
    epoll_event event{};
    event.events = epoll_edges;
    event.data.u32 = static_cast<std::uint32_t>(direct_[n]);
    core_->stats().add(Stat::kernel_entries);
    entry.unwatched = epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, entry.fd, &event) != 0;
    all = all && !entry.unwatched;
  }
  return all;
}

/// Watches a level-triggered descriptor for exactly what its operations wait for. Errors and
/// hang-ups are reported whatever is asked for: without an operation it is not watched at all.
template <class Shape>
void Epoll<Shape>::watch(std::int32_t handle) noexcept {
  EpollEntry& entry = entries_[handle];
  if (entry.fd < 0 || !entry.level) return;
  std::uint32_t wanted = 0;
  if (entry.accept != nullptr || entry.receive != nullptr) wanted |= EPOLLIN | EPOLLRDHUP;
  if (entry.send != nullptr || entry.connect != nullptr) wanted |= EPOLLOUT;
  if (wanted == entry.watched) return;
  epoll_event event{};
  event.events = wanted;
  event.data.u32 = static_cast<std::uint32_t>(handle);
  const int act = wanted == 0 ? EPOLL_CTL_DEL : entry.watched == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
  core_->stats().add(Stat::kernel_entries);
  if (epoll_ctl(epoll_fd_, act, entry.fd, &event) == 0) {
    entry.watched = wanted;
  } else if (errno == EBADF) {
    // Somebody closed it: whatever waits for it is tried, and fails with that.
    entry.watched = 0;
    entry.readable = entry.writable = true;
    if (wanted != 0) this->list(handle);
  } else {
    // No memory or no watch left (ENOMEM, ENOSPC): tried again before the next look.
    this->change(handle);
  }
}

/// Notes what epoll reported of one descriptor.
template <class Shape>
void Epoll<Shape>::note(const epoll_event& event) noexcept {
  if (event.data.u32 == wake_event) {
    core_->stats().add(Stat::wakeups);
    this->woken_ = true;
    return;
  }
  if (event.data.u32 == requests_event) return requests_.look();
  const auto handle = static_cast<std::int32_t>(event.data.u32);
  EpollEntry& entry = entries_[handle];
  // Urgent data cut a receive short too: what follows them was announced with them.
  if ((event.events & (EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) entry.ended = true;
  if ((event.events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) entry.readable = true;
  if ((event.events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) entry.writable = true;
  this->list(handle);
}

}  // namespace loom
