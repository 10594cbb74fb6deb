// Fibers whose request waits in a system call for as long as somebody else likes: a deadline, a
// scope and a stop end it on both backends alike, and nobody ever comes to the other end.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "fiber_fixture.hpp"
#include "loom/framing.hpp"
#include "loom/pool.hpp"

namespace {

using loom::Failure;

struct IdleFd {
  using Handler = loom::FiberStream<IdleFd, loom_test::FiberHandler<IdleFd>, 0>;
  using Framing = loom::RawFraming;
  static constexpr loom::StackClass stacks{"connections", 65536, 1, 0};
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = 1,
                           .buffer_bytes = 1024,
                           .buffer_count = 4,
                           .write_queue_bytes = 4096,
                           .options = {.reuse_address = true, .backlog = 4}});
};

class FiberInterruption : public loom_test::FiberProgramTest<IdleFd> {
  using Base = loom_test::FiberProgramTest<IdleFd>;

 protected:
  void SetUp() override {
    Base::SetUp();
    ASSERT_NE(::mkdtemp(folder_), nullptr);
    path_ = std::string(folder_) + "/fifo";
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    const loom::StartError error = pool_.start(small_pool);
    ASSERT_FALSE(error) << error.message;
  }
  void TearDown() override {
    Base::TearDown();
    ::unlink(path_.c_str());
    ::rmdir(folder_);
  }

  /// Runs `body` on a fiber; the journal says "done" or "unwound".
  template <class Body>
  void on_fiber(Body&& body) {
    script_.on_start = [this, body](loom::ReactorCore& core) {
      core.blocking_ = &pool_.queue();
      EXPECT_TRUE(core.fibers().spawn(1, "opens", [this, body] {
        try {
          body();
        } catch (const loom::FiberUnwind&) {
          script_.journal.add("unwound");
          throw;
        }
        script_.journal.add("done");
      }));
    };
  }

  /// Opens the FIFO, which waits for a writer: with O_CREAT also on io_uring, which else tries
  /// first without waiting, and then has it open.
  loom::Failure open(std::uint64_t milliseconds) {
    std::uint64_t deadline = loom::no_deadline;
    if (milliseconds != 0) {
      const std::uint64_t now = loom::this_threads_fibers().core().now_nanoseconds();
      deadline = now + milliseconds * loom::nanoseconds_per_millisecond;
    }
    script_.journal.add("opens");
    const auto opened = loom::await(
        loom::system::open_at(AT_FDCWD, path_.c_str(), O_RDONLY | O_CREAT | O_CLOEXEC, 0600),
        deadline);
    EXPECT_FALSE(opened) << "nobody opens the other end";
    return opened ? Failure::ended : opened.error().failure;
  }

  static constexpr loom::PoolEntry small_pool{.name = "disk", .threads = 1, .queue_entries = 2};
  char folder_[32] = "/tmp/loom_fifo_XXXXXX";
  std::string path_;
  loom::Pool pool_;
};
INSTANTIATE_TEST_SUITE_P(Backends, FiberInterruption, loom_test::both_backends(),
                         loom_test::backend_name);

TEST_P(FiberInterruption, ADeadlineEndsTheOpeningOfAFifo) {
  on_fiber([this] {
    for (int n = 0; n < 20; ++n) EXPECT_EQ(open(1), Failure::timed_out);
  });
  LOOM_START_OR_SKIP();
  EXPECT_TRUE(script_.journal.wait_for("done"));
}

TEST_P(FiberInterruption, AScopeThatIsCancelledEndsIt) {
  on_fiber([this] {
    loom::Scope scope;
    EXPECT_TRUE(scope.spawn(1, "child", [this] { EXPECT_EQ(open(0), Failure::cancelled); }));
    EXPECT_TRUE(loom::sleep(loom::nanoseconds_per_millisecond));
    scope.cancel();
  });
  LOOM_START_OR_SKIP();
  EXPECT_TRUE(script_.journal.wait_for("done"));
}

TEST_P(FiberInterruption, AStopEndsIt) {
  on_fiber([this] { open(0); });
  LOOM_START_OR_SKIP();
  ASSERT_TRUE(script_.journal.wait_for("opens"));
  program_.request_stop();
  ASSERT_TRUE(eventually([&] { return program_.stopped(); })) << "a worker holds the stop up";
  EXPECT_EQ(script_.journal.count("unwound"), 1U);
  EXPECT_EQ(script_.journal.count("done"), 0U);
}

}  // namespace
