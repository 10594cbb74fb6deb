// Runs a program as a container would that forbids io_uring: system calls 425 to 427
// (io_uring_setup, io_uring_enter, io_uring_register) answer with the given error. EINVAL is the
// answer of kernels that are older than the flags which are asked for.
// Usage: sandbox EPERM|ENOSYS|EINVAL PROGRAM [ARGUMENT...]
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { first_call = 425, last_call = 427 };

static unsigned error_of(const char* name) {
  if (strcmp(name, "EPERM") == 0) return EPERM;
  return strcmp(name, "EINVAL") == 0 ? EINVAL : ENOSYS;
}

int main(int argc, char** argv) {
  if (argc < 3) return 64;
  const unsigned error = error_of(argv[1]);
  struct sock_filter filter[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, first_call, 0, 2),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, last_call, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
    perror("sandbox");
    return 65;
  }
  execv(argv[2], argv + 2);
  perror(argv[2]);
  return 66;
}
