// A start that the kernel refuses somewhere: with every number of free descriptors, with too little
// locked memory, without io_uring's or epoll's system calls, without threads. Each is a typed error
// that says what to do, or the next backend; nothing runs on and no descriptor is left.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <thread>

#include "descriptor_table.hpp"
#include "every_shortage.hpp"
#include "program_fixture.hpp"
#include "refused_calls.hpp"

namespace {

using loom::StartReport;
using loom_test::expect_every_shortage_to_be_typed;
using loom_test::refuse_calls;

struct EchoFd {
  using Handler = loom_test::ScriptedHandler<EchoFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = 2,
                           .buffer_bytes = 4096,
                           .buffer_count = 2,
                           .write_queue_bytes = 4096,
                           .options = {.backlog = 16}});
};
using One = loom_test::One<EchoFd>;
using Shape = loom_test::OneShape<EchoFd>;
constexpr loom::ReactorEntry three[] = {
    {"a", Shape::shared_bytes, One::entry.run},
    {"b", Shape::shared_bytes, One::entry.run},
    {"c", Shape::shared_bytes, One::entry.run},
};

class StartLimits : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(loom_test::limit_descriptors()); }
  void SetUp() override {
    loom_test::Script<EchoFd>::current = &script_;
    loom_test::current_table = {"test", loom::shared_abi, three, 3};
    for (int n = 0; n < 3; ++n) start_.reactors[n].shared = blocks_[n].data();
    before_ = loom_test::open_descriptors();
  }
  void TearDown() override { EXPECT_EQ(loom_test::open_descriptors(), before_) << "it leaked"; }

  /// Starts and ends a program; its report.
  StartReport run() {
    loom::RunningProgram program;
    const StartReport report = program.start(start_);
    EXPECT_TRUE(report.ok || program.stopped());
    return report;
  }

  /// The same on a thread of its own, to which `calls` answer with `error`.
  StartReport run_without(std::initializer_list<unsigned> calls, int error) {
    StartReport report;
    std::thread([&] {
      ASSERT_TRUE(refuse_calls(calls, error));
      report = run();
    }).join();
    return report;
  }

  static bool says(const StartReport& report, const char* text) {
    return std::string(report.message).find(text) != std::string::npos;
  }

  loom_test::Script<EchoFd> script_;
  loom_test::SharedBlock blocks_[3] = {loom_test::SharedBlock(Shape::shared_bytes),
                                       loom_test::SharedBlock(Shape::shared_bytes),
                                       loom_test::SharedBlock(Shape::shared_bytes)};
  loom::ProgramStart start_;
  std::map<int, std::string> before_;
};

TEST_F(StartLimits, EveryNumberOfDescriptorsStartsTheProgramOrIsATypedError) {
  expect_every_shortage_to_be_typed("epoll", start_);
}

TEST_F(StartLimits, OnIoUringToo) {
  if (loom::IoUring<Shape>::probe()) GTEST_SKIP() << "this machine does not offer io_uring";
  expect_every_shortage_to_be_typed("io_uring", start_);
}

TEST_F(StartLimits, TooLittleLockedMemoryForARingTakesTheNextBackendAndSaysWhy) {
  const StartReport report = run_without({__NR_io_uring_setup}, ENOMEM);
  ASSERT_TRUE(report.ok) << report.message;
  for (std::uint32_t n = 0; n < 3; ++n) {
    EXPECT_STREQ(report.reactors[n].backend, "epoll");
    EXPECT_NE(std::string(report.reactors[n].reason).find("RLIMIT_MEMLOCK"), std::string::npos)
        << report.reactors[n].reason;
  }
}

TEST_F(StartLimits, TooLittleLockedMemoryForItsTablesTakesTheNextBackendToo) {
  if (loom::IoUring<Shape>::probe()) GTEST_SKIP() << "this machine does not offer io_uring";
  const StartReport report = run_without({__NR_io_uring_register}, ENOMEM);
  ASSERT_TRUE(report.ok) << report.message;
  EXPECT_STREQ(report.reactors[0].backend, "epoll");
  EXPECT_NE(std::string(report.reactors[0].reason).find("RLIMIT_MEMLOCK"), std::string::npos)
      << report.reactors[0].reason;
}

TEST_F(StartLimits, WithNothingButIoUringTooLittleLockedMemoryIsTheStartsError) {
  start_.backend = "io_uring";
  for (const unsigned call : {unsigned{__NR_io_uring_setup}, unsigned{__NR_io_uring_register}}) {
    if (call == __NR_io_uring_register && loom::IoUring<Shape>::probe()) continue;
    const StartReport report = run_without({call}, ENOMEM);
    ASSERT_FALSE(report.ok);
    EXPECT_STREQ(report.code, loom::start_code::backend_unavailable);
    EXPECT_EQ(report.system_error, ENOMEM);
    EXPECT_TRUE(says(report, "RLIMIT_MEMLOCK")) << report.message;
  }
}

TEST_F(StartLimits, NoEpollInstanceIsATypedErrorThatNamesTheFix) {
  start_.backend = "epoll";
  const StartReport report = run_without({__NR_epoll_create1}, EMFILE);
  ASSERT_FALSE(report.ok);
  EXPECT_STREQ(report.code, loom::start_code::backend_unavailable);
  EXPECT_TRUE(says(report, "ulimit -n")) << report.message;
}

TEST_F(StartLimits, ASystemWithoutRoomForFilesIsNamed) {
  start_.backend = "epoll";
  const StartReport report = run_without({__NR_epoll_create1}, ENFILE);
  ASSERT_FALSE(report.ok);
  EXPECT_TRUE(says(report, "fs.file-max")) << report.message;
}

TEST_F(StartLimits, NoEventfdIsATypedErrorThatNamesTheFix) {
  const StartReport report = run_without({__NR_eventfd2}, EMFILE);
  ASSERT_FALSE(report.ok);
  EXPECT_EQ(report.system_error, EMFILE);
  EXPECT_TRUE(says(report, "ulimit -n")) << report.message;
}

TEST_F(StartLimits, NoThreadIsATypedErrorThatNamesTheFix) {
  const StartReport report = run_without({__NR_clone, __NR_clone3}, EAGAIN);
  ASSERT_FALSE(report.ok);
  EXPECT_STREQ(report.code, loom::start_code::cannot_start_thread);
  EXPECT_TRUE(says(report, "ulimit -u")) << report.message;
}

}  // namespace
