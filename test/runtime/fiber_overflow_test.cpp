// A fiber whose stack is too small ends the process by the signal that the kernel sent, and says
// which fiber it was and what to change. Every other fault is somebody else's business.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <thread>

#include "fiber_fixture.hpp"
#include "loose_fibers.hpp"

namespace {

struct TwoClasses {
  static constexpr loom::StackClass stacks[] = {{"small", 65536, 3, 0}, {"large", 262144, 2, 0}};
  static constexpr std::uint32_t count = 8;
};
using Fibers = loom_test::LooseFibers<TwoClasses>;

/// Calls itself until something stops it.
[[gnu::noinline]] int dive(volatile int& depth) {
  volatile char frame[700];
  frame[0] = static_cast<char>(depth);
  depth = depth + 1;
  return depth == 0 ? frame[0] : dive(depth) + frame[0];
}

/// Has one frame of 100 KB and touches its far end alone.
[[gnu::noinline]] int leap() {
  volatile char frame[100 * 1024];
  frame[0] = 1;
  return frame[0];
}

void dive_for_ever() {
  volatile int depth = 1;
  dive(depth);
}

/// Spawns `body` in a class, as the second fiber of that class, and runs it. Without a core file.
template <class Body>
void run_in(std::uint16_t stack_class, Body body) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  Fibers fibers;
  static_cast<void>(fibers.scheduler().spawn(stack_class, "patient", [] {
    loom::FiberWaitList nobody;
    loom::this_threads_fibers().suspend(&nobody, loom::no_deadline);
  }));
  static_cast<void>(fibers.scheduler().spawn(stack_class, "fds.tcp", body));
  fibers.run();
  fibers.unwind();
}

class FiberOverflowDeathTest : public testing::Test {
 protected:
  void SetUp() override { testing::GTEST_FLAG(death_test_style) = "threadsafe"; }
};

TEST_F(FiberOverflowDeathTest, NamesTheFiberAndItsClass) {
  EXPECT_EXIT(run_in(0, dive_for_ever), testing::KilledBySignal(SIGSEGV),
              "loom: fiber 'fds.tcp' 0 overflowed its stack of class 'small' \\(65536 bytes\\). "
              "Give the class more bytes: stacks.small.bytes.\n$");
  EXPECT_EXIT(run_in(1, dive_for_ever), testing::KilledBySignal(SIGSEGV),
              "class 'large' \\(262144 bytes\\).*stacks.large.bytes");
}

TEST_F(FiberOverflowDeathTest, AFrameLargerThanTheStackDoesNotJumpOverTheGuard) {
  EXPECT_EXIT(run_in(0, [] { leap(); }), testing::KilledBySignal(SIGSEGV),
              "fiber 'fds.tcp' 0 overflowed its stack of class 'small'");
}

TEST_F(FiberOverflowDeathTest, AFrameThatFitsRuns) {
  EXPECT_EXIT(
      {
        run_in(1, [] { leap(); });
        std::exit(3);
      },
      testing::ExitedWithCode(3), "");
}

TEST_F(FiberOverflowDeathTest, AnotherFaultGoesToTheHandlerThatWasThereBefore) {
  const auto with_handler = [](void (*body)()) {
    struct sigaction action {};
    action.sa_handler = [](int) {
      const ssize_t written = ::write(STDERR_FILENO, "the handler before\n", 19);
      _exit(written == 19 ? 7 : 8);
    };
    sigaction(SIGSEGV, &action, nullptr);
    run_in(0, body);
  };
  EXPECT_EXIT(with_handler([] { raise(SIGSEGV); }), testing::ExitedWithCode(7),
              "the handler before\n$");
  EXPECT_EXIT(with_handler([] {
                // Any page that nobody may read, without a sanitizer knowing of it first.
                void* page = mmap(nullptr, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
                static_cast<volatile char*>(page)[8] = 1;
              }),
              testing::ExitedWithCode(7), "the handler before\n$");
}

TEST(FiberOverflow, HandlersAndSignalStackAreAsBeforeWhenTheLastReactorIsGone) {
  struct sigaction before {};
  struct sigaction after {};
  stack_t stack_before{};
  stack_t stack_after{};
  sigaction(SIGSEGV, nullptr, &before);
  sigaltstack(nullptr, &stack_before);
  {
    Fibers first;
    sigaction(SIGSEGV, nullptr, &after);
    EXPECT_NE(before.sa_sigaction, after.sa_sigaction);
    std::thread([] { const Fibers second; }).join();
    struct sigaction now {};
    sigaction(SIGSEGV, nullptr, &now);
    EXPECT_EQ(now.sa_sigaction, after.sa_sigaction) << "the first still needs it";
  }
  sigaction(SIGSEGV, nullptr, &after);
  sigaltstack(nullptr, &stack_after);
  EXPECT_EQ(before.sa_sigaction, after.sa_sigaction);
  EXPECT_EQ(stack_before.ss_sp, stack_after.ss_sp);
  EXPECT_EQ(stack_before.ss_flags, stack_after.ss_flags);
}

/// A server with a fiber for each connection.
struct ServedFd {
  using Handler = loom::FiberStream<ServedFd, loom_test::FiberHandler<ServedFd>, 0>;
  using Framing = loom::RawFraming;
  static constexpr loom::StackClass stacks{"connections", 65536, 2, 0};
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = 2,
                           .buffer_bytes = 1024,
                           .buffer_count = 4,
                           .write_queue_bytes = 4096,
                           .options = {.no_delay = true, .reuse_address = true, .backlog = 16}});
};

class FiberOverflowServerDeathTest : public loom_test::FiberProgramTest<ServedFd> {
 protected:
  void SetUp() override {
    testing::GTEST_FLAG(death_test_style) = "threadsafe";
    loom_test::FiberProgramTest<ServedFd>::SetUp();
  }
  void TearDown() override {}

  /// Serves two connections of which the second overflows.
  void overflow() {
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    script_.run = [](loom::FiberConnection<ServedFd>& connection) {
      static_cast<void>(connection.read());
      dive_for_ever();
    };
    if (!start()) std::exit(1);
    const loom_test::Descriptor first = loom_test::connect_to(port_);
    if (!script_.journal.wait_for("begin 0")) std::exit(2);
    const loom_test::Descriptor second = loom_test::connect_to(port_);
    loom_test::send_all(second.get(), "x");
    eventually([] { return false; });
  }
};
INSTANTIATE_TEST_SUITE_P(Backends, FiberOverflowServerDeathTest, testing::Values("epoll"));

TEST_P(FiberOverflowServerDeathTest, AConnectionsFiberIsNamedByItsFdAndIndex) {
  EXPECT_EXIT(overflow(), testing::KilledBySignal(SIGSEGV),
              "loom: fiber 'fds.stream' 1 overflowed its stack of class 'connections'");
}

}  // namespace
