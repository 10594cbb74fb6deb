// The changes of the kqueue backend: made together, each answered by its number, so that the error
// of one ends what waits for it and nothing else; and what its events save and must not lose.
#define LOOM_TEST_KQUEUE
#include <gtest/gtest.h>
#include <sys/event.h>

#include <array>
#include <cstdint>
#include <string>

#include "backend_fixture.hpp"

namespace {

using loom::OperationKind;
using loom::Stat;
using loom_test::Descriptor;

/// One connection: its handle, and the test's end.
struct Pair {
  std::int32_t handle = -1;
  Descriptor peer;
};

class KqueueChanges : public loom_test::Backend<loom_test::OnKqueue<loom_test::Plain>> {
 protected:
  std::array<Pair, 3> adopt_three() {
    std::array<Pair, 3> pairs;
    for (Pair& pair : pairs) {
      std::array<int, 2> ends{-1, -1};
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
      pair.peer = Descriptor(ends[0]);
      pair.handle = bench().backend.adopt(ends[1]);
    }
    return pairs;
  }

  std::array<Pair, 3> receive_on_three() {
    std::array<Pair, 3> pairs = adopt_three();
    for (std::uint32_t n = 0; n < 3; ++n) {
      records[n] = bench().make(n, OperationKind::receive, pairs[n].handle);
      bench().submit(records[n]);
    }
    return pairs;
  }

  void enter() { bench().backend.enter(); }
  std::uint64_t entries() { return bench().loose.stat(Stat::kernel_entries); }
};

TEST_F(KqueueChanges, OfATurnAreOneCall) {
  const auto pairs = receive_on_three();
  const std::uint64_t before = entries();
  enter();
  EXPECT_EQ(entries() - before, 1U) << "three filters in one kevent(2)";
  for (const Pair& pair : pairs) ASSERT_TRUE(loom_test::send_all(pair.peer.get(), "x"));
  bench().turn();
  bench().turn();
  for (std::uint32_t n = 0; n < 3; ++n) EXPECT_EQ(bench().received(n), "x");
}

TEST_F(KqueueChanges, ATurnWithoutAnyTakesEventsInOneCall) {
  const auto pairs = receive_on_three();
  enter();
  for (const Pair& pair : pairs) ASSERT_TRUE(loom_test::send_all(pair.peer.get(), "x"));
  const std::uint64_t before = entries();
  bench().turn();
  EXPECT_EQ(entries() - before, 4U) << "one kevent(2), three recv(2)";
}

TEST_F(KqueueChanges, TheErrorOfOneIsOfItsOperationAlone) {
  const auto pairs = receive_on_three();
  kqueue_on_epoll::fail_change(1, ENOSPC);
  enter();
  EXPECT_EQ(bench().final_result(1), -ENOSPC);
  for (const std::uint32_t n : {0U, 2U}) {
    ASSERT_TRUE(loom_test::send_all(pairs[n].peer.get(), "still here"));
    EXPECT_TRUE(bench().run_until([&] { return bench().received(n) == "still here"; }));
  }
}

TEST_F(KqueueChanges, TheErrorOfRoomIsOfWhatWaitsForIt) {
  const auto pairs = adopt_three();
  start(1, OperationKind::receive, pairs[0].handle);
  enter();
  const std::string much(1U << 22U, 'm');
  start_send(2, pairs[0].handle, much);
  ASSERT_GT(bench().final_result(2), 0) << "what fitted";
  start_send(3, pairs[0].handle, much);
  kqueue_on_epoll::fail_change(0, EMFILE);
  EXPECT_EQ(bench().final_result(3), -EMFILE);
  ASSERT_TRUE(loom_test::send_all(pairs[0].peer.get(), "x"));
  EXPECT_TRUE(bench().run_until([&] { return bench().received(1) == "x"; }));
}

TEST_F(KqueueChanges, WithoutMemoryTheyAreMadeAgain) {
  const auto pairs = receive_on_three();
  kqueue_on_epoll::fail_change(2, ENOMEM);
  enter();
  ASSERT_TRUE(loom_test::send_all(pairs[2].peer.get(), "late"));
  EXPECT_TRUE(bench().run_until([&] { return bench().received(2) == "late"; }));
}

TEST_F(KqueueChanges, WhatCannotBeWatchedIsAlwaysReady) {
  const auto pairs = receive_on_three();
  kqueue_on_epoll::fail_change(0, EINVAL);
  ASSERT_TRUE(loom_test::send_all(pairs[0].peer.get(), "there"));
  enter();
  EXPECT_TRUE(bench().run_until([&] { return bench().received(0) == "there"; }));
}

TEST_F(KqueueChanges, AreMoreThanOneCallHolds) {
  constexpr std::uint32_t rounds = 2 * loom::Kqueue<loom_test::TinyShape>::maximum_changes;
  for (std::uint32_t n = 0; n < rounds; ++n) {
    std::array<int, 2> ends{-1, -1};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    const Descriptor other_end(ends[0]);
    const std::int32_t handle = bench().backend.adopt(ends[1]);
    ASSERT_GE(handle, 0);
    bench().backend.discard(handle);
  }
  const auto pairs = receive_on_three();
  ASSERT_TRUE(loom_test::send_all(pairs[1].peer.get(), "x"));
  EXPECT_TRUE(bench().run_until([&] { return bench().received(1) == "x"; }));
}

TEST_F(KqueueChanges, ADescriptorIsClosedBehindItsRemoval) {
  auto pairs = adopt_three();
  enter();
  start(1, OperationKind::close, pairs[0].handle);
  char letter = 0;
  EXPECT_EQ(::recv(pairs[0].peer.get(), &letter, 1, MSG_DONTWAIT), -1) << "not closed yet";
  EXPECT_EQ(bench().final_result(1), 0);
  EXPECT_EQ(::recv(pairs[0].peer.get(), &letter, 1, MSG_DONTWAIT), 0) << "the end";
}

TEST_F(KqueueChanges, AReceiveThatTookAllThereWasIsNotRepeated) {
  const auto pairs = receive_on_three();
  enter();
  ASSERT_TRUE(
      loom_test::send_all(pairs[0].peer.get(), std::string(loom_test::tiny_buffer_bytes, 'x')));
  const std::uint64_t before = entries();
  bench().turn();
  EXPECT_EQ(bench().received(0).size(), loom_test::tiny_buffer_bytes);
  EXPECT_FALSE(bench().backend.completions_wait()) << "the event said that this was all";
  EXPECT_EQ(entries() - before, 2U);
}

TEST_F(KqueueChanges, TheEndWithBytesQueuedIsReadTo) {
  auto pairs = receive_on_three();
  enter();
  const std::string text(2 * loom_test::tiny_buffer_bytes, 'x');
  ASSERT_TRUE(loom_test::send_all(pairs[0].peer.get(), text));
  pairs[0].peer.close();
  EXPECT_EQ(bench().final_result(0), 0);
  EXPECT_EQ(bench().received(0), text);
}

}  // namespace
