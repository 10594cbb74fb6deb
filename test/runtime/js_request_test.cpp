// What JavaScript asks of files and of functions on a pool. Outcomes that find no room are told
// later, and what makes no sense harms nobody.
#include <algorithm>
#include <atomic>
#include <stdexcept>

#include "js_request_fixture.hpp"

namespace {

using loom::JsRequest;
using loom::JsRequestKind;
using loom::Stat;
using loom_test::Answer;
using loom_test::Answerer;
using loom_test::Ask;
using Outcome = loom_test::JsOutcomeFacts;
using Shape = loom_test::JsShape;
constexpr std::uint32_t count = loom_test::js_count;

class JsRequests : public loom_test::JsRequests {};
INSTANTIATE_TEST_SUITE_P(On, JsRequests, loom_test::both_backends(), loom_test::backend_name);

#define START_OR_SKIP() \
  if (!start()) GTEST_SKIP() << "this machine does not offer " << GetParam()

TEST_P(JsRequests, EachIsDoneAndTold) {
  START_OR_SKIP();
  fill(0, "asks bids");
  ask(JsRequestKind::write, 0, 9, 5);
  EXPECT_EQ(next(), (Outcome{0, 0, 9}));
  ask(JsRequestKind::sync_data, 1);
  EXPECT_EQ(next(), (Outcome{1, 0, 0}));
  ask(JsRequestKind::read, 0, 100, 5);
  EXPECT_EQ(next(), (Outcome{0, 0, 9})) << "fewer at the end of the file";
  EXPECT_EQ(text(0, 9), "asks bids");
  ask(JsRequestKind::size, 2, 256);
  EXPECT_EQ(next(), (Outcome{2, 0, 14}));
  ask(JsRequestKind::truncate, 3, 0, 9);
  EXPECT_EQ(next(), (Outcome{3, 0, 0}));
  ask(JsRequestKind::sync, 3);
  EXPECT_EQ(next(), (Outcome{3, 0, 0}));
  std::ifstream in(path_, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), std::string(5, '\0') + "asks");
}

TEST_P(JsRequests, OutcomesThatFindNoRoomAreToldLater) {
  START_OR_SKIP();
  // Four outcomes fill the ring.
  for (int round = 0; round < 20; ++round) {
    for (std::uint32_t number = 0; number < count; ++number) {
      ask(JsRequestKind::write, number, 1, number);
    }
    std::map<std::int64_t, int> told;
    for (std::uint32_t n = 0; n < count; ++n) {
      const Outcome outcome = next();
      ASSERT_EQ(outcome.size(), 3U) << "a wake-up was lost";
      told[outcome[0]] += 1;
    }
    EXPECT_EQ(told.size(), count) << "each once";
  }
  EXPECT_GT(block_.stat(Stat::delivery_stalls), 0U);
}

TEST_P(JsRequests, WhatMakesNoSenseHarmsNobody) {
  START_OR_SKIP();
  ask(JsRequestKind::read, 0, 10, 0, 99);
  EXPECT_EQ(next(), (Outcome{0, EBADF, 0}));
  ask(JsRequestKind::size, 1, 8);
  EXPECT_EQ(next(), (Outcome{1, EINVAL, 0})) << "no room for the answer";
  ask(static_cast<JsRequestKind>(77), 1);
  EXPECT_EQ(next(), (Outcome{1, EINVAL, 0}));
  ask(JsRequestKind::cancel, 2);
  JsRequest outside{};
  outside.kind = static_cast<std::uint16_t>(JsRequestKind::read);
  outside.fd = 3;
  outside.number = count;
  put(outside);
  outside.number = 2;
  outside.memory = Shape::js_arena_bytes - 10;
  outside.bytes = 11;
  put(outside);
  outside.memory = 0xffffffff;
  put(outside);
  ask(JsRequestKind::sync, 3);
  EXPECT_EQ(next(), (Outcome{3, 0, 0})) << "the loop goes on";
}

TEST_P(JsRequests, ACancellationEndsTheRequestOfItsGeneration) {
  // A terminal at whose other end nobody ever writes.
  path_ = "/dev/ptmx";
  START_OR_SKIP();
  ask(JsRequestKind::read, 0, 10);
  ask(JsRequestKind::cancel, 0);
  EXPECT_EQ(next(), (Outcome{0, ECANCELED, 0}));
  ask(JsRequestKind::read, 0, 10);
  JsRequest earlier{};
  earlier.kind = static_cast<std::uint16_t>(JsRequestKind::cancel);
  earlier.number = 0;
  earlier.generation = generations_[0] - 1;
  put(earlier);
  ask(JsRequestKind::cancel, 0);
  EXPECT_EQ(next(), (Outcome{0, ECANCELED, 0}));
}

TEST_P(JsRequests, AStopCancelsWhatIsOut) {
  path_ = "/dev/ptmx";
  START_OR_SKIP();
  for (std::uint32_t number = 0; number < 3; ++number) ask(JsRequestKind::read, number, 10);
  program_.request_stop();
  for (int n = 0; n < 3; ++n) EXPECT_EQ(next()[1], ECANCELED);
}

/// Bytes of a call: the request, and behind it a place for the reply or 24 bytes of words.
constexpr std::uint32_t call_bytes = 32;

class JsCalls : public loom_test::JsRequests {
 protected:
  void call(std::uint32_t number, std::uint32_t value) {
    const Ask ask{value};
    std::memcpy(memory(number), &ask, sizeof ask);
    this->ask(JsRequestKind::call, number, call_bytes, 0, 1);
  }
  std::uint64_t answer(std::uint32_t number) {
    Answer answer;
    std::memcpy(&answer, memory(number) + 8, sizeof answer);
    return answer.value;
  }
  void TearDown() override {
    loom_test::JsRequests::TearDown();
    Answerer::script = nullptr;
  }
};
INSTANTIATE_TEST_SUITE_P(On, JsCalls, loom_test::both_backends(), loom_test::backend_name);

TEST_P(JsCalls, EachIsAnsweredOnce) {
  Answerer::script = [](const Ask& ask, const auto&) {
    return Answer{ask.value * 10'000'000'000U};
  };
  START_OR_SKIP();
  // More than the pool's queue of two holds at once: the rest waits for room.
  for (int round = 0; round < 20; ++round) {
    for (std::uint32_t number = 0; number < count; ++number) call(number, number + 1);
    for (std::uint32_t n = 0; n < count; ++n) {
      const Outcome outcome = next();
      ASSERT_EQ(outcome.size(), 3U) << "a wake-up was lost";
      EXPECT_EQ(outcome[1], 0);
      const auto number = static_cast<std::uint32_t>(outcome[0]);
      EXPECT_EQ(answer(number), (number + 1) * 10'000'000'000U);
    }
  }
}

TEST_P(JsCalls, BeginInTheOrderInWhichTheyWereAsked) {
  // Of the pool's one thread; the outcomes hand it over.
  std::vector<std::uint32_t> begun;
  Answerer::script = [&](const Ask& ask, const auto&) {
    begun.push_back(ask.value);
    return Answer{};
  };
  START_OR_SKIP();
  constexpr std::uint32_t calls = 2000;
  std::uint32_t asked = 0;
  while (asked < count) {
    call(asked, asked);
    asked += 1;
  }
  // One that is asked when a place became free goes behind those that wait for one.
  for (std::uint32_t done = 0; done < calls; ++done) {
    const Outcome outcome = next();
    ASSERT_EQ(outcome.size(), 3U) << "a wake-up was lost";
    if (asked < calls) call(static_cast<std::uint32_t>(outcome[0]), asked++);
  }
  ASSERT_EQ(begun.size(), calls);
  EXPECT_TRUE(std::is_sorted(begun.begin(), begun.end()));
}

TEST_P(JsCalls, WhatIsThrownIsTheOutcome) {
  Answerer::script = [](const Ask& ask, const auto&) -> Answer {
    if (ask.value == 1) throw std::runtime_error("no such symbol");
    if (ask.value == 2) throw std::runtime_error(std::string(100, 'x'));
    throw ask.value;
  };
  START_OR_SKIP();
  call(0, 1);
  EXPECT_EQ(next(), (Outcome{0, loom::js_call_threw, 14}));
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(memory(0)) + 8, 14), "no such symbol");
  call(0, 2);
  EXPECT_EQ(next(), (Outcome{0, loom::js_call_threw, 23})) << "as much as there is room for";
  EXPECT_EQ(memory(0)[call_bytes], std::byte{0}) << "and no more";
  call(0, 3);
  EXPECT_EQ(next()[1], loom::js_call_threw);
  EXPECT_EQ(block_.stat(Stat::exceptions), 3U);
}

TEST_P(JsCalls, ACancellationIsSeenByWhatRunsAndSparesWhatWaits) {
  std::atomic<int> begun{0};
  Answerer::script = [&](const Ask&, const auto& is_cancelled) {
    begun += 1;
    while (!is_cancelled()) usleep(100);
    return Answer{};
  };
  START_OR_SKIP();
  // One runs, two are in the queue, the others wait for room there.
  for (std::uint32_t number = 0; number < count; ++number) call(number, 0);
  while (begun == 0) usleep(100);
  for (std::uint32_t number = count; number-- != 0;) ask(JsRequestKind::cancel, number);
  for (std::uint32_t n = 0; n < count; ++n) EXPECT_EQ(next()[1], ECANCELED);
  EXPECT_EQ(begun, 1);
}

TEST_P(JsCalls, AStopWaitsForWhatRunsAndCancelsTheRest) {
  sem_t begun;
  sem_init(&begun, 0, 0);
  std::atomic<bool> over{false};
  Answerer::script = [&](const Ask&, const auto& is_cancelled) {
    sem_post(&begun);
    while (!is_cancelled()) usleep(100);
    over = true;
    return Answer{};
  };
  START_OR_SKIP();
  // One runs, two are in the queue, one waits for room there; four outcomes fill the ring.
  for (std::uint32_t number = 0; number < 4; ++number) call(number, 0);
  while (sem_wait(&begun) != 0) {
  }
  program_.request_stop();
  for (int n = 0; n < 4; ++n) EXPECT_EQ(next()[1], ECANCELED);
  EXPECT_TRUE(over);
  EXPECT_NE(sem_trywait(&begun), 0) << "one was begun";
  program_.join();
  sem_destroy(&begun);
}

TEST_P(JsCalls, WhatHasNoRoomForItsReplyIsRefused) {
  Answerer::script = [](const Ask&, const auto&) { return Answer{1}; };
  START_OR_SKIP();
  ask(JsRequestKind::call, 0, 8, 0, 1);
  EXPECT_EQ(next(), (Outcome{0, EINVAL, 0}));
  ask(JsRequestKind::call, 0, call_bytes, 0, 7);
  EXPECT_EQ(next(), (Outcome{0, EINVAL, 0})) << "no such call";
  call(0, 1);
  EXPECT_EQ(next()[1], 0);
}

}  // namespace
