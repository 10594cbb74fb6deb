// A program whose handler has few slots for jobs and for system requests, put together by hand the
// way loomgen emits it, and the fixture that runs hooks and fibers in it on both backends.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <string>

#include "file_fixture.hpp"
#include "gate.hpp"
#include "request_fixture.hpp"

namespace loom_test {

inline constexpr std::uint32_t job_slots = 4;
inline constexpr std::uint32_t request_slots = 3;
inline constexpr std::uint32_t queue_entries = 8;

/// The fibers are those of a program with files.
struct SlotsShape : FileReactorShape {
  static constexpr std::uint32_t requests = request_slots;
  static constexpr std::uint32_t memories = 0;
};

/// Notes what completes as "TOKEN: RESULT"; the test may do more then.
struct Clerk : loom::HandlerBase<Clerk> {
  static inline Journal* journal = nullptr;
  static inline std::function<void(Clerk&, loom::Completed)> completed;

  loom::PoolOut pool;
  void on_complete(loom::Completed done) {
    journal->add(std::to_string(done.token) + ": " + std::to_string(done.result));
    if (completed) completed(*this, done);
  }
};

template <class Backend>
class EmittedSlots : public loom::Reactor<EmittedSlots<Backend>, Backend, SlotsShape> {
 public:
  using Shape = SlotsShape;
  enum : std::uint16_t { job_done = loom::common_operation::first_own };

  void dispatch(const loom::Completion& completion) noexcept {
    switch (completion.tag.operation()) {
      case loom::common_operation::request: return this->request_completed(completion);
      case loom::common_operation::fiber: return this->fiber_completed(completion);
      case loom::common_operation::fiber_scope: return this->fiber_scope_expired(completion);
      case loom::common_operation::fiber_timeout: return this->fiber_timed_out(completion);
      case job_done: return jobs_.done(completion);
      default: this->core_.stats().add(loom::Stat::stale_completions);
    }
  }
  loom::StartError start_fds(loom::ReactorRun& run) noexcept {
    clerk_.attach_reactor(this->core_);
    jobs_.attach(this->core_, *run.pools[0], "crunch", job_done);
    clerk_.pool.attach(jobs_);
    return this->start_streams(run);
  }
  void begin() {
    clerk_.on_start();
    this->begin_streams();
  }
  template <class Visit>
  void each_stream(Visit&&) noexcept {}
  template <class Visit>
  void each_timer(Visit&&) noexcept {}
  template <class Visit>
  void each_channel(Visit&&) noexcept {}
  template <class Visit>
  void each_handler(Visit&& visit) noexcept {
    visit(clerk_);
  }
  bool command_for(const loom::Record&) noexcept { return true; }

 private:
  Clerk clerk_;
  loom::OffloadTableOf<job_slots> jobs_;
};

inline constexpr loom::PoolEntry slots_pools[] = {
    {.name = "crunch", .threads = 1, .queue_entries = queue_entries},
    {.name = "disk", .threads = 1, .queue_entries = 2}};
inline constexpr loom::ReactorEntry slots_entry{
    .name = "main",
    .shared_bytes = SlotsShape::shared_bytes,
    .run = &loom::run_reactor<EmittedSlots, SlotsShape, loom::IoUring, loom::Epoll>,
    .blocking_pool = 1};

class FullSlots : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    Clerk::journal = &journal_;
    Clerk::completed = nullptr;
    current_table = {"test", loom::shared_abi, &slots_entry, 1, slots_pools, 2};
  }
  void TearDown() override {
    program_.join();
    Clerk::completed = nullptr;
    EXPECT_EQ(block_.stat(loom::Stat::in_flight), 0U);
    EXPECT_EQ(block_.stat(loom::Stat::stale_completions), 0U);
  }
  bool start() {
    loom::ProgramStart program_start;
    program_start.reactors[0].shared = block_.data();
    program_start.backend = GetParam();
    const loom::StartReport report = program_.start(program_start);
    if (report.ok) return true;
    EXPECT_STREQ(report.code, loom::start_code::backend_unavailable) << report.message;
    EXPECT_TRUE(loom::IoUring<SlotsShape>::probe()) << report.message;
    return false;
  }

  /// Runs `act` as a hook, and waits for its end.
  void in_a_hook(std::function<void(Clerk&)> act) {
    acts_.push_back(std::move(act));
    const std::string end = "act " + std::to_string(acts_.size());
    ASSERT_TRUE(program_.reactor(0).post<Clerk>([this, &end](Clerk& clerk) {
      acts_.back()(clerk);
      journal_.add(end);
    }));
    ASSERT_TRUE(journal_.wait_for(end));
  }
  /// The same on a fiber, which may wait.
  void in_a_fiber(std::function<void(Clerk&)> act) {
    const std::string end = "fiber " + std::to_string(fibers_ += 1);
    begin_fiber(std::move(act), end);
    ASSERT_TRUE(journal_.wait_for(end));
  }
  /// Begins a fiber that notes `end` once it is over.
  void begin_fiber(std::function<void(Clerk&)> act, const std::string& end) {
    const Errand* errand = &errands_.emplace_back(Errand{std::move(act), end});
    in_a_hook([errand](Clerk& clerk) {
      EXPECT_TRUE(clerk.reactor().fibers().spawn(0, "test", [errand, &clerk] {
        errand->act(clerk);
        Clerk::journal->add(errand->end);
      }));
    });
  }

  /// A job that waits at the gate and notes "job NUMBER: " and what came of it.
  loom::PostResult submit(Clerk& clerk, int number) {
    return clerk.pool.submit(
        [this, number] {
          gate_.pass();
          return number;
        },
        [number](loom::Result<int> result) {
          Clerk::journal->add(
              "job " + std::to_string(number) + ": " +
              (result ? std::to_string(*result) : std::string(result.error().name())));
        });
  }
  /// Takes every slot for jobs; the first job runs.
  void take_job_slots() {
    in_a_hook([this](Clerk& clerk) {
      for (int n = 0; n < int{job_slots}; ++n) EXPECT_TRUE(submit(clerk, n));
    });
    sem_wait(&gate_.arrived);
  }

  static loom::Result<loom::Ticket> wait_for_pipe(Clerk& clerk, const Pipe& pipe, int token) {
    return clerk.submit(loom::system::poll_add(pipe.reader.get(), POLLIN),
                        static_cast<std::uint64_t>(token));
  }
  /// Takes every slot for requests, each with a wait for a pipe of its own.
  void take_request_slots() {
    in_a_hook([this](Clerk& clerk) {
      for (int n = 0; n < int{request_slots}; ++n) EXPECT_TRUE(wait_for_pipe(clerk, pipes_[n], n));
    });
  }

  /// What a fiber does, and what it notes then.
  struct Errand {
    std::function<void(Clerk&)> act;
    std::string end;
  };

  Journal journal_;
  Gate gate_;
  Pipe pipes_[request_slots + 1];
  /// Deques: they stay where they are while others come.
  std::deque<std::function<void(Clerk&)>> acts_;
  std::deque<Errand> errands_;
  int fibers_ = 0;
  SharedBlock block_{SlotsShape::shared_bytes};
  loom::RunningProgram program_;
};

}  // namespace loom_test
