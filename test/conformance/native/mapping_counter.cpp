// Linked into an executable, counts every call of mmap, mremap, munmap, mprotect and brk of the
// whole process, from the first SIGUSR2 on: a seccomp(2) filter on all threads hands those calls to
// a thread of this file, which counts each and lets it go on. Other calls cost what the filter
// does, some 20 ns, so that messages pass at their usual pace.
//
// That first signal is answered on stderr by `P armed` or `P refused ERROR`, each later one by
// `P COUNT`. `P end COUNT` comes when the process ends: a program that stops gives memory back,
// which shows that its threads are watched.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <semaphore.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <thread>

namespace {
/// Partner: watch() below counts, the signal's handler and the end read; only the number matters.
std::atomic<unsigned long> calls{0};
std::atomic<bool> asked{false};
sem_t may_arm;

/// One line, by one write(2).
void say(const char* word, unsigned long number, bool has_number) {
  char text[64];
  const int size = has_number ? std::snprintf(text, sizeof text, "P %s%lu\n", word, number)
                              : std::snprintf(text, sizeof text, "P %s\n", word);
  static_cast<void>(!write(STDERR_FILENO, text, static_cast<std::size_t>(size)));
}

void answer(int) {
  if (!asked.exchange(true)) {
    sem_post(&may_arm);
  } else {
    say("", calls.load(std::memory_order_relaxed), true);
  }
}

/// Puts the filter on every thread. @returns a descriptor that tells of their calls, or -1
int arm() {
  sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mremap, 4, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_munmap, 3, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_brk, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
  };
  const sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  const unsigned long flags = SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC |
                              SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -1;
  return static_cast<int>(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program));
}

/// The thread that counts. It maps nothing itself: nobody would answer it.
void watch() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  while (sem_wait(&may_arm) != 0) continue;
  const int listener = arm();
  if (listener < 0) return say("refused ", static_cast<unsigned long>(errno), true);
  say("armed", 0, false);
  for (;;) {
    seccomp_notif call;
    std::memset(&call, 0, sizeof call);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) continue;
    calls.fetch_add(1, std::memory_order_relaxed);
    seccomp_notif_resp go_on{};
    go_on.id = call.id;
    go_on.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &go_on);
  }
}

/// Before main, so that every thread the program starts leaves the signal to the first.
[[gnu::constructor]] void listen_to_signal() {
  sem_init(&may_arm, 0, 0);
  std::thread(watch).detach();
  std::signal(SIGUSR2, answer);
}

[[gnu::destructor]] void say_total() {
  if (asked.load()) say("end ", calls.load(std::memory_order_relaxed), true);
}
}  // namespace
