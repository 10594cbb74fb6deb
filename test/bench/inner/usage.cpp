// Runs a command and prints what it took, itself and whatever it waited for, as a line of JSON:
// {"wall_ns": N, "cpu_ns": N}. What the command prints goes to stderr; it fails as the command
// does.
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>

extern char** environ;

namespace {

std::int64_t now_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::int64_t nanoseconds(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + std::int64_t{time.tv_usec} * 1'000;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s COMMAND [ARGUMENT ...]\n", argv[0]);
    return 2;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
  const std::int64_t begin = now_nanoseconds();
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, argv[1], &actions, nullptr, argv + 1, environ);
  if (error != 0) {
    std::fprintf(stderr, "%s: %s\n", argv[1], std::strerror(error));
    return 127;
  }
  int status = 0;
  rusage used{};
  while (wait4(pid, &status, 0, &used) < 0) {
    if (errno != EINTR) return 2;
  }
  const std::int64_t wall = now_nanoseconds() - begin;
  if (!WIFEXITED(status)) return 128 + WTERMSIG(status);
  if (WEXITSTATUS(status) != 0) return WEXITSTATUS(status);
  const std::int64_t processors = nanoseconds(used.ru_utime) + nanoseconds(used.ru_stime);
  std::printf("{\"wall_ns\": %lld, \"cpu_ns\": %lld}\n", static_cast<long long>(wall),
              static_cast<long long>(processors));
  return 0;
}
