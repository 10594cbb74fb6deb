// Fibers without descriptors, backend or program: a scheduler, a wheel and an inbox, and a loop
// that runs until nothing lives. For tests of what fibers do among themselves.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "loom/fiber/tools.hpp"
#include "loom/fiber_engine.hpp"
#include "loom/take_mail.hpp"

namespace loom_test {

/// Eight stacks, and a class of two of which nobody may wait for a third.
struct HarnessFibers {
  static constexpr loom::StackClass stacks[] = {{"common", 65536, 8, 8}, {"scarce", 65536, 2, 0}};
  static constexpr std::uint32_t count = 18;
};
inline constexpr std::uint16_t common_stacks = 0;
inline constexpr std::uint16_t scarce_stacks = 1;

/// The fibers of one thread and the loop that runs them.
class FiberLoop {
 public:
  FiberLoop() {
    loom::sign_shared_block(shared_);
    core_.attach(
        shared_, [](void*) noexcept {}, this, &log, this);
    core_.inbox_ = &inbox_;
    EXPECT_TRUE(inbox_.doorbell().open());
    EXPECT_TRUE(inbox_.mailbox().open(16));
    core_.wheel().start(core_.now_nanoseconds());
    EXPECT_FALSE(storage_.open(core_));
  }

  loom::FiberScheduler& fibers() { return storage_.scheduler; }
  loom::ReactorCore& core() { return core_; }
  loom::Inbox& inbox() { return inbox_; }
  /// What the loop logged.
  const std::vector<std::string>& lines() const { return lines_; }

  /// Spawns a fiber; `body` lives as long as the loop.
  loom::Fiber* spawn(const char* name, std::function<void()> body,
                     std::uint16_t stack_class = common_stacks) {
    bodies_.push_back(std::make_unique<std::function<void()>>(std::move(body)));
    std::function<void()>* kept = bodies_.back().get();
    const auto fiber = fibers().spawn(stack_class, name, [kept] { (*kept)(); });
    return fiber ? *fiber : nullptr;
  }

  /// Runs until no fiber lives.
  void run() {
    while (core_.stats().get(loom::Stat::fibers_live) != 0 || core_.jobs_out_ != 0) turn();
  }

  /// Spawns `body` and runs until no fiber lives.
  void run(std::function<void()> body) {
    ASSERT_NE(spawn("main", std::move(body)), nullptr);
    run();
  }

  /// One turn; sleeps when there is nothing to do.
  void turn() {
    take();
    core_.wheel().expire(core_.now_nanoseconds(), 64, [this](const loom::TimerEntry& entry) {
      dispatch(loom::Completion{.tag = entry.tag, .result = -ETIME});
    });
    std::uint32_t ready = fibers().ready_count();
    if (ready == 0) return sleep();
    while (ready-- != 0) fibers().enter(*fibers().take_ready());
  }

 private:
  static void log(void* self, const char* line) noexcept {
    static_cast<FiberLoop*>(self)->lines_.emplace_back(line);
  }

  void take() {
    loom::take_mail(core_, 64,
                    [this](const loom::Completion& completion) { dispatch(completion); });
  }

  void dispatch(const loom::Completion& completion) {
    loom::Fiber& fiber = fibers().at(completion.tag.slot());
    ASSERT_EQ(fiber.generation, completion.tag.generation()) << "nothing comes too late";
    switch (completion.tag.operation()) {
      case loom::common_operation::fiber: return fibers().complete(fiber, completion.result);
      case loom::common_operation::fiber_timeout:
        return fibers().make_ready(fiber, loom::FiberWake::timed_out);
      case loom::common_operation::fiber_scope: return fibers().expire_scopes(fiber);
      default: ADD_FAILURE() << "no completion of a fiber";
    }
  }

  void sleep() {
    loom::Doorbell& doorbell = inbox_.doorbell();
    doorbell.announce_sleep();
    const std::uint64_t due = core_.wheel().next_deadline();
    const std::uint64_t now = core_.now_nanoseconds();
    if (!inbox_.has_any() && due > now) {
      const std::uint64_t wait = due - now;
      timespec limit{static_cast<time_t>(wait / 1'000'000'000),
                     static_cast<long>(wait % 1'000'000'000)};
      pollfd entry{doorbell.wake_fd(), POLLIN, 0};
      ::ppoll(&entry, 1, due == loom::no_deadline ? nullptr : &limit, nullptr);
      std::uint64_t rings = 0;
      if (entry.revents != 0) {
        EXPECT_EQ(::read(entry.fd, &rings, sizeof rings), 8);
      }
    }
    doorbell.withdraw_sleep();
  }

  alignas(128) std::byte shared_[4096] = {};
  loom::Inbox inbox_;
  loom::ReactorCore core_;
  loom::FiberStorage<HarnessFibers> storage_;
  std::vector<std::unique_ptr<std::function<void()>>> bodies_;
  std::vector<std::string> lines_;
};

/// A test whose thread runs fibers.
class FiberLoopTest : public testing::Test {
 protected:
  /// A time at which nothing should happen any more.
  std::uint64_t far() { return loop_.core().now_nanoseconds() + 60'000'000'000; }
  /// A moment from now.
  std::uint64_t soon() { return loop_.core().now_nanoseconds() + 1'000'000; }

  FiberLoop loop_;
};

}  // namespace loom_test
