// What the kqueue backend asks to be told, and what it is told. Changes are collected and made in
// the next look. A descriptor is closed behind the change that removes it, and not before: a filter
// that outlives its descriptor would speak for whoever gets that number next, in an emulation at
// least. A change that fails is the failure of what waits for it.
#pragma once

#include "kqueue.hpp"

namespace loom {

/// The longest wait while the kernel has no memory to watch a descriptor.
inline constexpr std::uint64_t change_retry_nanoseconds = nanoseconds_per_millisecond;

/// Whether `fd` is a file that is always ready: a kqueue never says so at its end.
inline bool is_regular_file(int fd) noexcept {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

/// Whether a change's error says that its descriptor cannot be watched at all: then it is always
/// ready, and what its calls give is the answer.
constexpr bool cannot_be_watched(int error) noexcept {
  return error == EINVAL || error == EPERM || error == ENODEV || error == EOPNOTSUPP ||
         error == ENOTSUP;
}

template <class Shape>
std::int32_t Kqueue<Shape>::adopt(int fd, FdTraits traits) noexcept {
  const std::int32_t handle = this->next_handle();
  if (handle < 0) {
    ::close(fd);
    return handle;
  }
  if (fd < 0) return -EBADF;
  KqueueEntry& entry = this->take_handle(handle, fd);
  const bool is_file = is_regular_file(fd);
  entry.readable = entry.writable = entry.ended = is_file;
  entry.level = Shape::level_triggered && traits.trigger == Trigger::level && !is_file;
  entry.direct = Shape::direct_sockets != 0 && traits.receive == ReceiveStrategy::direct;
  entry.unwatched = entry.direct && traits.datagrams;
  if (!is_file && !entry.level && !entry.unwatched) watch_reading(entry);
  return handle;
}

/// Notes a change for the next look; one that has no room is what makes the ones before it.
template <class Shape>
void Kqueue<Shape>::add_change(int fd, int filter, unsigned flags, std::uint32_t number) noexcept {
  if (change_count_ == maximum_changes) make_changes();
  changes_[change_count_] = change_of(fd, filter, flags | EV_RECEIPT, number);
  change_count_ += 1;
}

template <class Shape>
void Kqueue<Shape>::watch_reading(KqueueEntry& entry) noexcept {
  entry.reads = true;
  add_change(entry.fd, EVFILT_READ, entry.level ? EV_ADD : EV_ADD | EV_CLEAR,
             static_cast<std::uint32_t>(this->handle_of(entry)));
}

/// The operation waits until there is room again, or until it is connected. Asking reports what is
/// so already.
template <class Shape>
void Kqueue<Shape>::await_room(KqueueEntry& entry) noexcept {
  entry.writable = false;
  if (entry.awaits_room) return;
  entry.awaits_room = true;
  add_change(entry.fd, EVFILT_WRITE, EV_ADD | EV_CLEAR | EV_ONESHOT,
             static_cast<std::uint32_t>(this->handle_of(entry)));
}

/// Watches a level-triggered descriptor for reading exactly while an operation waits for that.
template <class Shape>
void Kqueue<Shape>::watch(std::int32_t handle) noexcept {
  KqueueEntry& entry = entries_[handle];
  if (entry.fd < 0 || !entry.level) return;
  const bool wanted = entry.accept != nullptr || entry.receive != nullptr;
  if (wanted == entry.reads) return;
  if (wanted) return watch_reading(entry);
  entry.reads = false;
  add_change(entry.fd, EVFILT_READ, EV_DELETE, removal_event);
}

/// Before the loop sleeps for the first time with a direct datagram socket: to be watched costs
/// whoever sends to it.
template <class Shape>
void Kqueue<Shape>::watch_direct() noexcept {
  for (std::uint32_t n = 0; n < direct_count_; ++n) {
    KqueueEntry& entry = entries_[direct_[n]];
    if (!entry.unwatched) continue;
    entry.unwatched = false;
    watch_reading(entry);
  }
}

/// Notes the removal of what watches a descriptor. False when nothing does.
template <class Shape>
bool Kqueue<Shape>::forget_filters(const KqueueEntry& entry) noexcept {
  if (entry.reads) add_change(entry.fd, EVFILT_READ, EV_DELETE, removal_event);
  if (entry.awaits_room) add_change(entry.fd, EVFILT_WRITE, EV_DELETE, removal_event);
  return entry.reads || entry.awaits_room;
}

template <class Shape>
void Kqueue<Shape>::close_entry(KqueueEntry& entry, Operation* operation) noexcept {
  const Closing closing{entry.fd, operation};
  if (!forget_filters(entry)) return close_now(closing);
  LOOM_ASSERT(closing_count_ < maximum_changes, "each has a change of its own");
  closing_[closing_count_] = closing;
  closing_count_ += 1;
}

template <class Shape>
void Kqueue<Shape>::close_now(const Closing& closing) noexcept {
  core_->stats().add(Stat::kernel_entries);
  const std::int32_t result = ::close(closing.fd) == 0 ? 0 : -errno;
  if (closing.operation != nullptr) this->complete(*closing.operation, result);
}

/// Makes the changes that were noted, then closes what they removed.
template <class Shape>
void Kqueue<Shape>::make_changes() noexcept {
  const int count = change_count_;
  change_count_ = 0;
  constexpr timespec at_once{};
  core_->stats().add(Stat::kernel_entries);
  // Interrupted, it has made them all, kevent(2).
  const int answers = ::kevent(kqueue_fd_, changes_, count, events_, maximum_changes, &at_once);
  if (answers < 0 && errno != EINTR) this->lost(name, kqueue_fd_, errno);
  for (int n = 0; n < answers; ++n) note(events_[n]);
  for (std::uint32_t n = 0; n < closing_count_; ++n) close_now(closing_[n]);
  closing_count_ = 0;
}

template <class Shape>
void Kqueue<Shape>::take_events(std::uint64_t wait_nanoseconds) noexcept {
  core_->stats().add(Stat::kernel_entries);
  const timespec timeout = to_timespec(wait_nanoseconds);
  const int count = ::kevent(kqueue_fd_, nullptr, 0, events_, maximum_changes, &timeout);
  if (count < 0 && errno != EINTR) return this->lost(name, kqueue_fd_, errno);
  for (int n = 0; n < count; ++n) note(events_[n]);
}

/// One look: makes changes if there are any, and takes events otherwise.
template <class Shape>
void Kqueue<Shape>::poll(std::uint64_t wait_nanoseconds) noexcept {
  this->looks_left_out_ = 0;
  if (change_count_ == 0) return take_events(wait_nanoseconds);
  make_changes();
  // The events are due in the next turn, however busy.
  this->looks_left_out_ = Base::maximum_looks_left_out;
}

template <class Shape>
void Kqueue<Shape>::wait(std::uint64_t nanoseconds) noexcept {
  if constexpr (Shape::direct_sockets != 0) watch_direct();
  if constexpr (Shape::level_triggered) this->watch_changed();
  if (change_count_ != 0) make_changes();
  // What could not be watched for want of memory is asked for again soon.
  const std::uint64_t limit =
      change_count_ == 0 ? nanoseconds : std::min(nanoseconds, change_retry_nanoseconds);
  this->looks_left_out_ = 0;
  take_events(this->completions_wait() ? 0 : limit);
}

/// Notes one answer of the kernel.
template <class Shape>
void Kqueue<Shape>::note(const struct kevent& event) noexcept {
  const auto number = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(event.udata));
  if ((event.flags & EV_ERROR) != 0) return note_receipt(event, number);
  if (number == wake_event) {
    // A ring that nobody took hides the next one: an event of the bell's that is queued already
    // makes no news.
    system::silence_bell(static_cast<int>(event.ident));
    core_->stats().add(Stat::kernel_entries);
    core_->stats().add(Stat::wakeups);
    this->woken_ = true;
    return;
  }
  if (number == requests_event) return requests_.look();
  KqueueEntry& entry = entries_[number];
  if (entry.fd != static_cast<int>(event.ident)) return;
  if (event.filter == EVFILT_WRITE) {
    entry.awaits_room = false;  // EV_ONESHOT
    entry.writable = true;
  } else {
    entry.readable = true;
    entry.unread = static_cast<std::int64_t>(event.data);
    // The end is known while bytes are queued: it is read to, for no event follows.
    if ((event.flags & EV_EOF) != 0) entry.ended = true;
  }
  this->list(static_cast<std::int32_t>(number));
}

/// What became of one change.
template <class Shape>
void Kqueue<Shape>::note_receipt(const struct kevent& receipt, std::uint32_t number) noexcept {
  const int error = static_cast<int>(receipt.data);
  if (error == 0 || number >= Shape::handles) return;
  KqueueEntry& entry = entries_[number];
  if (entry.fd != static_cast<int>(receipt.ident)) return;
  const bool is_room = receipt.filter == EVFILT_WRITE;
  (is_room ? entry.awaits_room : entry.reads) = false;
  if (error == ENOMEM) {
    // The next look asks again.
    if (is_room) return await_room(entry);
    return watch_reading(entry);
  }
  (is_room ? entry.writable : entry.readable) = true;
  if (!is_room) entry.ended = true;
  if (!cannot_be_watched(error)) fail(entry, receipt.filter, error);
  this->list(static_cast<std::int32_t>(number));
}

/// Ends what waits for a filter that there cannot be.
template <class Shape>
void Kqueue<Shape>::fail(KqueueEntry& entry, int filter, int error) noexcept {
  const auto end = [&](Operation*& operation) {
    if (operation != nullptr) this->complete(*operation, -error);
    operation = nullptr;
  };
  if (filter == EVFILT_WRITE) {
    end(entry.send);
    end(entry.connect);
  } else {
    end(entry.accept);
    end(entry.receive);
  }
}

}  // namespace loom
