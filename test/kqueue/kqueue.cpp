// kqueue(2) and kevent(2) over epoll, for tests of the kqueue backend on Linux. What it keeps of a
// kernel's ways is what the backend depends on:
//
// - changes are made one after the other, a bad one hides none behind it, and each with EV_RECEIPT
//   answers; a call that has such answers takes no events and does not wait;
// - a user event that is queued already is no news, also for a kqueue that watches this one;
// - EV_CLEAR reports news, EV_ONESHOT reports once; adding a filter reports what is so already;
// - an event to read says how many bytes there are, and EV_EOF with bytes still queued.
//
// A kernel forgets the filters of a descriptor that is closed. Here they would stay, and who closes
// one without EV_DELETE is told by the end of the process: so every test holds that order.
#include <fcntl.h>
#include <linux/kcmp.h>
#include <sys/epoll.h>
#include <sys/event.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace {

/// Events of one epoll_wait(2).
constexpr int maximum_ready = 128;
/// Of an epoll event: the number is a descriptor of the emulation's own, for a timer and the like.
constexpr std::uint64_t own_descriptor = std::uint64_t{1} << 32U;

using Key = std::pair<std::uintptr_t, int>;  // ident and filter

/// What a kernel keeps of one filter.
struct Knote {
  struct kevent added {};
  int own_fd = -1;         ///< stands for what is no descriptor; to be closed
  bool triggered = false;  ///< a user event that nobody took yet
};

/// One kqueue: its descriptor is an epoll instance.
struct Instance {
  int kept_fd = -1;  ///< a duplicate, to know it by another number; never closed
  std::map<Key, Knote> knotes;
  std::map<int, Key> by_own_fd;
  ~Instance() {
    for (const auto& [fd, key] : by_own_fd) ::close(fd);
  }
};

std::mutex mutex;                                    // of all that follows
std::vector<std::shared_ptr<Instance>> all;          // also those whose first number is another's
std::map<int, std::shared_ptr<Instance>> instances;  // by the numbers that they were called by
std::pair<int, int> failing{-1, 0};

/// Whether two descriptors are one file, kcmp(2).
bool are_one(int one, int other) {
  return ::syscall(SYS_kcmp, ::getpid(), ::getpid(), KCMP_FILE, one, other) == 0;
}

/// The kqueue that `fd` is, or a duplicate of; nullptr when it is none.
Instance* find_instance(int fd) {
  if (const auto known = instances.find(fd); known != instances.end()) {
    if (are_one(fd, known->second->kept_fd)) return known->second.get();
  }
  for (const auto& instance : all) {
    if (are_one(fd, instance->kept_fd)) return (instances[fd] = instance).get();
  }
  return nullptr;
}

bool watches_descriptor(int filter) { return filter == EVFILT_READ || filter == EVFILT_WRITE; }

/// Tells epoll of what is wanted of `fd` now. `known`: it had been told before. @returns an errno.
int register_descriptor(int kqueue_fd, const Instance& instance, int fd, bool known) {
  epoll_event event{};
  event.data.u64 = static_cast<std::uint32_t>(fd);
  bool clears = true;
  for (const int filter : {EVFILT_READ, EVFILT_WRITE}) {
    const auto found = instance.knotes.find({static_cast<std::uintptr_t>(fd), filter});
    if (found == instance.knotes.end()) continue;
    event.events |= filter == EVFILT_READ ? EPOLLIN | EPOLLPRI | EPOLLRDHUP : EPOLLOUT;
    clears = clears && (found->second.added.flags & EV_CLEAR) != 0;
  }
  const bool wanted = event.events != 0;
  if (clears) event.events |= EPOLLET;
  const int act = !wanted ? EPOLL_CTL_DEL : known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  if (epoll_ctl(kqueue_fd, act, fd, &event) == 0) return 0;
  if (known && (errno == ENOENT || errno == EBADF)) {
    std::fprintf(stderr, "kqueue on epoll: descriptor %d was closed before EV_DELETE\n", fd);
    std::abort();
  }
  return errno;
}

/// A descriptor that is readable when what `change` names happens, or -1 with errno.
int stand_in(const struct kevent& change) {
  switch (change.filter) {
    case EVFILT_TIMER: return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    case EVFILT_USER: return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    case EVFILT_PROC:
      return static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(change.ident), 0));
    case EVFILT_SIGNAL: {
      sigset_t set;
      sigemptyset(&set);
      sigaddset(&set, static_cast<int>(change.ident));
      return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    }
    default: errno = EINVAL; return -1;
  }
}

int add_own(int kqueue_fd, Instance& instance, const struct kevent& change) {
  const Key key{change.ident, change.filter};
  const bool adds = (change.flags & EV_ADD) != 0;
  if (!adds && !instance.knotes.contains(key)) return ENOENT;
  Knote& knote = instance.knotes[key];
  if (adds) knote.added = change;
  if (knote.own_fd < 0) {
    knote.own_fd = stand_in(change);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = own_descriptor | static_cast<std::uint32_t>(knote.own_fd);
    if (knote.own_fd < 0 || epoll_ctl(kqueue_fd, EPOLL_CTL_ADD, knote.own_fd, &event) != 0) {
      const int error = errno;
      if (knote.own_fd >= 0) ::close(knote.own_fd);
      instance.knotes.erase(key);
      return error;
    }
    instance.by_own_fd[knote.own_fd] = key;
  }
  if (change.filter == EVFILT_TIMER) {
    itimerspec when{};
    when.it_value.tv_sec = static_cast<time_t>(change.data / 1'000'000'000);
    when.it_value.tv_nsec = static_cast<long>(change.data % 1'000'000'000);
    if ((change.flags & EV_ONESHOT) == 0) when.it_interval = when.it_value;
    if (timerfd_settime(knote.own_fd, 0, &when, nullptr) != 0) return errno;
  }
  const bool triggers = change.filter == EVFILT_USER && (change.fflags & NOTE_TRIGGER) != 0;
  if (!triggers || std::exchange(knote.triggered, true)) return 0;
  const std::uint64_t one = 1;
  return ::write(knote.own_fd, &one, sizeof one) < 0 ? errno : 0;
}

int remove(int kqueue_fd, Instance& instance, const Key& key) {
  const auto found = instance.knotes.find(key);
  if (found == instance.knotes.end()) return ENOENT;
  const int own_fd = found->second.own_fd;
  instance.knotes.erase(found);
  if (own_fd < 0) {
    return register_descriptor(kqueue_fd, instance, static_cast<int>(key.first), true);
  }
  instance.by_own_fd.erase(own_fd);
  ::close(own_fd);
  return 0;
}

/// Makes one change. @returns an errno or 0.
int make(int kqueue_fd, Instance& instance, const struct kevent& change) {
  const Key key{change.ident, change.filter};
  if ((change.flags & EV_DELETE) != 0) return remove(kqueue_fd, instance, key);
  const bool triggers = (change.fflags & NOTE_TRIGGER) != 0;
  if ((change.flags & EV_ADD) == 0 && !triggers) return EINVAL;
  if (!watches_descriptor(change.filter)) return add_own(kqueue_fd, instance, change);
  const int fd = static_cast<int>(change.ident);
  const bool known = instance.knotes.contains({change.ident, EVFILT_READ}) ||
                     instance.knotes.contains({change.ident, EVFILT_WRITE});
  instance.knotes[key].added = change;
  const int error = register_descriptor(kqueue_fd, instance, fd, known);
  if (error != 0) instance.knotes.erase(key);
  return error;
}

/// Bytes that can be read; one more where urgent data would cut a receive short.
std::int64_t readable_bytes(int fd, std::uint32_t found) {
  int bytes = 0;
  if (::ioctl(fd, FIONREAD, &bytes) != 0) return 0;
  return bytes + ((found & EPOLLPRI) != 0 ? 1 : 0);
}

/// The events of `ready` that a filter asked for. @returns how many were written to `events`.
int tell_of_descriptor(int kqueue_fd, Instance& instance, const epoll_event& ready,
                       struct kevent* events, int room) {
  const auto ident = static_cast<std::uintptr_t>(ready.data.u64);
  constexpr std::uint32_t over = EPOLLHUP | EPOLLERR;
  int count = 0;
  for (const int filter : {EVFILT_READ, EVFILT_WRITE}) {
    const std::uint32_t mask = filter == EVFILT_READ ? EPOLLIN | EPOLLPRI | EPOLLRDHUP : EPOLLOUT;
    const auto found = instance.knotes.find({ident, filter});
    if (found == instance.knotes.end() || (ready.events & (mask | over)) == 0 || count == room) {
      continue;
    }
    struct kevent event = found->second.added;
    const std::uint32_t end = filter == EVFILT_READ ? over | EPOLLRDHUP : over;
    event.flags = static_cast<std::uint16_t>(event.flags & ~(EV_ADD | EV_RECEIPT));
    if ((ready.events & end) != 0) event.flags |= EV_EOF;
    event.fflags = 0;
    event.data = filter == EVFILT_READ ? readable_bytes(static_cast<int>(ident), ready.events) : 1;
    events[count] = event;
    count += 1;
    if ((event.flags & EV_ONESHOT) != 0) remove(kqueue_fd, instance, {ident, filter});
  }
  return count;
}

int tell_of_own(int kqueue_fd, Instance& instance, const epoll_event& ready,
                struct kevent* events) {
  const auto found = instance.by_own_fd.find(static_cast<int>(ready.data.u64 & UINT32_MAX));
  if (found == instance.by_own_fd.end()) return 0;
  const Key key = found->second;
  struct kevent event = instance.knotes[key].added;
  char records[sizeof(signalfd_siginfo) * 8];
  const ssize_t bytes =
      key.second == EVFILT_PROC ? 0 : ::read(found->first, records, sizeof records);
  if (bytes < 0) return 0;
  instance.knotes[key].triggered = false;
  event.data = key.second == EVFILT_SIGNAL ? bytes / ssize_t{sizeof(signalfd_siginfo)} : 1;
  events[0] = event;
  if ((event.flags & EV_ONESHOT) != 0) remove(kqueue_fd, instance, key);
  return 1;
}

int make_all(int kqueue_fd, Instance& instance, const struct kevent* changes, int change_count,
             struct kevent* events, int event_count) {
  const auto [failing_position, failing_error] = std::exchange(failing, {-1, 0});
  int answers = 0;
  for (int n = 0; n < change_count; ++n) {
    const int error = n == failing_position ? failing_error : make(kqueue_fd, instance, changes[n]);
    if (error == 0 && (changes[n].flags & EV_RECEIPT) == 0) continue;
    if (answers == event_count) {
      errno = error;
      return error == 0 ? answers : -1;
    }
    events[answers] = changes[n];
    events[answers].flags |= EV_ERROR;
    events[answers].data = error;
    answers += 1;
  }
  return answers;
}

}  // namespace

void kqueue_on_epoll::fail_change(int position, int error) noexcept {
  const std::lock_guard lock(mutex);
  failing = {position, error};
}

int kqueue() noexcept {
  const std::lock_guard lock(mutex);
  const int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) return fd;
  all.push_back(instances[fd] = std::make_shared<Instance>());
  instances[fd]->kept_fd = ::fcntl(fd, F_DUPFD_CLOEXEC, 0);
  return fd;
}

int kevent(int kqueue_fd, const struct kevent* changes, int change_count, struct kevent* events,
           int event_count, const timespec* timeout) noexcept {
  {
    const std::lock_guard lock(mutex);
    Instance* instance = find_instance(kqueue_fd);
    if (instance == nullptr) return errno = EBADF, -1;
    const int answers = make_all(kqueue_fd, *instance, changes, change_count, events, event_count);
    if (answers != 0 || event_count == 0) return answers;
  }
  epoll_event ready[maximum_ready];
  // Each may be two events.
  const int room = std::clamp(event_count / 2, 1, maximum_ready);
  const int ready_count = epoll_pwait2(kqueue_fd, ready, room, timeout, nullptr);
  if (ready_count < 0) return -1;
  const std::lock_guard lock(mutex);
  Instance* instance = find_instance(kqueue_fd);
  int count = 0;
  for (int n = 0; instance != nullptr && n < ready_count && count < event_count; ++n) {
    count += (ready[n].data.u64 & own_descriptor) != 0
                 ? tell_of_own(kqueue_fd, *instance, ready[n], events + count)
                 : tell_of_descriptor(kqueue_fd, *instance, ready[n], events + count,
                                      event_count - count);
  }
  return count;
}
