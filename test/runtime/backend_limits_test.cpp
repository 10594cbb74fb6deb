// What each backend does at the end of its queues, tables and pools: nothing is lost, nothing comes
// twice, and what waits goes on.
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backend_fixture.hpp"

namespace {

using loom::Operation;
using loom::OperationKind;
using loom::Stat;
using loom_test::Descriptor;
using loom_test::StreamEnd;

template <class Which>
using Backend = loom_test::Backend<Which>;
TYPED_TEST_SUITE(Backend, loom_test::Backends, loom_test::BackendNames);

TYPED_TEST(Backend, AFullHandleTableAdoptsNothingAndRecovers) {
  std::vector<std::int32_t> handles;
  while (handles.size() < 1000) {
    const std::int32_t handle = this->adopt_socket(AF_INET);
    if (handle < 0) {
      EXPECT_EQ(handle, -ENFILE);
      break;
    }
    handles.push_back(handle);
  }
  ASSERT_LT(handles.size(), 1000U);
  ASSERT_FALSE(handles.empty());
  this->bench().backend.discard(handles.back());
  EXPECT_GE(this->adopt_socket(AF_INET), 0) << "a discarded handle is given again";
}

TYPED_TEST(Backend, AFullHandleTableEndsAnAcceptAndRecovers) {
  // The process's own table, which is where direct sockets live, is not filled for a test.
  if (TestFixture::is_direct) return;
  std::uint16_t port = 0;
  const auto listener = this->adopt_listener(loom_test::listen_anywhere(port));
  std::vector<Descriptor> clients;
  for (std::uint32_t n = 0; n <= loom_test::TinyShape::handles; ++n) {
    clients.push_back(loom_test::connect_to(port));
  }
  this->records[1] = this->bench().make(1, OperationKind::accept, listener);
  this->records[1].multishot = true;
  this->bench().submit(this->records[1]);
  EXPECT_LT(this->bench().final_result(1), 0) << "more connections than handles";
  std::vector<std::int32_t> handles;
  for (const auto& answer : this->bench().answers_to(1)) {
    if (answer.result >= 0) handles.push_back(answer.result);
  }
  ASSERT_FALSE(handles.empty());
  for (const std::int32_t handle : handles) this->bench().backend.discard(handle);
  this->bench().turn();
  this->start(2, OperationKind::accept, listener);
  EXPECT_GE(this->bench().final_result(2), 0) << "a discarded handle is given again";
}

TYPED_TEST(Backend, EmptyBuffersEndAReceiveAndItGoesOnWhenArmedAgain) {
  const std::int32_t handle = this->adopt_pair();
  this->bench().keep_buffers = true;
  std::string text;
  for (int n = 0; n < 8; ++n) text += std::string(loom_test::tiny_buffer_bytes, char('a' + n));
  ASSERT_TRUE(loom_test::send_all(this->peer.get(), text));
  this->start(1, OperationKind::receive, handle);
  EXPECT_EQ(this->bench().final_result(1), -ENOBUFS);
  EXPECT_EQ(this->bench().kept.size(), loom_test::TinyShape::maximum_buffers);
  this->start(2, OperationKind::receive, handle);
  EXPECT_EQ(this->bench().final_result(2), -ENOBUFS) << "still none";
  EXPECT_EQ(this->bench().received(2), "");
  this->bench().release_all();
  this->bench().keep_buffers = false;
  this->start(3, OperationKind::receive, handle);
  ASSERT_TRUE(this->bench().run_until([&] {
    return this->bench().received(1) + this->bench().received(3) == text;
  })) << "nothing is lost and nothing comes twice";
}

TYPED_TEST(Backend, ASendThatFindsNoRoomWaitsAndCanBeCancelled) {
  const std::int32_t handle = this->adopt_pair();
  const std::string text(8U << 20U, 's');
  std::size_t sent = 0;
  std::uint32_t number = 1;
  // Fills both sockets' buffers: at last a send stays in flight.
  while (number < 100) {
    this->start_send(number, handle, std::string_view(text).substr(sent));
    for (int n = 0; n < 20 && this->bench().in_flight.contains(number); ++n) this->bench().turn();
    if (this->bench().in_flight.contains(number)) break;
    const std::int32_t result = this->bench().final_result(number);
    ASSERT_GT(result, 0);
    sent += static_cast<std::size_t>(result);
    number += 1;
  }
  ASSERT_TRUE(this->bench().in_flight.contains(number)) << "the peer reads nothing";
  this->start(101, OperationKind::cancel_all, handle);
  EXPECT_TRUE(this->bench().drain());
  const std::int32_t result = this->bench().final_result(number);
  EXPECT_EQ(result, -ECANCELED);
  this->start(102, OperationKind::close, handle);
  EXPECT_TRUE(this->bench().drain());
  std::string arrived;
  EXPECT_EQ(loom_test::receive_to_end(this->peer.get(), arrived), StreamEnd::finished);
  EXPECT_EQ(arrived.size(), sent) << "what a send reported, and only that, reaches the peer";
}

TYPED_TEST(Backend, ASendThatWaitedGoesOnWhenThePeerReads) {
  const std::int32_t handle = this->adopt_pair();
  const std::string text(4U << 20U, 't');
  std::size_t sent = 0;
  std::size_t arrived = 0;
  std::uint32_t number = 1;
  this->start_send(number, handle, text);
  ASSERT_TRUE(this->bench().run_until(
      [&] {
        if (sent < text.size() && !this->bench().in_flight.contains(number)) {
          sent += static_cast<std::size_t>(this->bench().answers_to(number).back().result);
          number = number % 100 + 1;
          this->bench().answers.clear();
          if (sent < text.size())
            this->start_send(number, handle, std::string_view(text).substr(sent));
        }
        char piece[65536];
        const ssize_t got = ::recv(this->peer.get(), piece, sizeof piece, MSG_DONTWAIT);
        if (got > 0) arrived += static_cast<std::size_t>(got);
        return arrived == text.size();
      },
      0));
  EXPECT_EQ(sent, text.size());
}

TYPED_TEST(Backend, AConnectThatHangsCanBeCancelled) {
  std::uint16_t port = 0;
  const Descriptor listener = loom_test::listen_anywhere(port, 0);
  // A backlog of 0 holds one connection; the kernel drops the next one's SYN.
  const Descriptor filler = loom_test::connect_to(port);
  const sockaddr_in address = loom_test::loopback(port);
  const std::int32_t handle = this->adopt_socket(AF_INET);
  this->start_connect(1, handle, &address, sizeof address);
  for (int n = 0; n < 10; ++n) this->bench().turn();
  ASSERT_TRUE(this->bench().in_flight.contains(1));
  this->start(2, OperationKind::cancel_all, handle);
  EXPECT_TRUE(this->bench().drain());
  EXPECT_EQ(this->bench().final_result(1), -ECANCELED);
}

TYPED_TEST(Backend, AUnixConnectToAFullBacklogFailsAtOnce) {
  const Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // An address of the kernel's choice in the abstract name space (unix(7), autobind).
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof(sa_family_t)), 0);
  socklen_t size = sizeof address;
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  ASSERT_EQ(::listen(listener.get(), 0), 0);
  const Descriptor filler(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(filler.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  const std::int32_t handle = this->adopt_socket(AF_UNIX);
  this->start_connect(1, handle, &address, size);
  EXPECT_EQ(this->bench().final_result(1), -EAGAIN);
}

TYPED_TEST(Backend, AClosedHandleIsGivenAgain) {
  std::set<std::int32_t> handles;
  for (int round = 0; round < 50; ++round) {
    const std::int32_t handle = this->adopt_pair();
    ASSERT_GE(handle, 0) << "round " << round;
    handles.insert(handle);
    this->start(1, OperationKind::close, handle);
    ASSERT_EQ(this->bench().final_result(1), 0);
    std::string text;
    ASSERT_EQ(loom_test::receive_to_end(this->peer.get(), text), StreamEnd::finished);
    this->bench().backend.forget(handle);
  }
  EXPECT_LE(handles.size(), loom_test::TinyShape::own_handles);
}

TYPED_TEST(Backend, TenTimesItsSubmissionQueueAtOnceAllCompleteInOrder) {
  const std::int32_t handle = this->adopt_pair();
  const std::string letters =
      "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmno"
      "pqrstuvwxyzab";
  ASSERT_EQ(letters.size(), 10 * loom_test::TinyShape::submission_entries);
  this->bench().turn();  // the backend's own read of the wake-up leaves the submission queue
  for (std::uint32_t n = 0; n < 80; ++n) {
    this->start_send(n, handle, std::string_view(letters).substr(n, 1));
  }
  EXPECT_EQ(this->bench().backend.has_overflow(), TestFixture::queues_sends);
  EXPECT_EQ(this->bench().loose.stat(Stat::overflow_queued), TestFixture::queues_sends ? 72U : 0U);
  ASSERT_TRUE(this->bench().drain());
  EXPECT_FALSE(this->bench().backend.has_overflow());
  ASSERT_EQ(this->bench().answers.size(), 80U);
  for (std::uint32_t n = 0; n < 80; ++n) {
    EXPECT_EQ(this->bench().answers[n].number, n);
    EXPECT_EQ(this->bench().answers[n].result, 1);
  }
  EXPECT_EQ(loom_test::receive_exactly(this->peer.get(), 80), letters);
}

TYPED_TEST(Backend, ACompletionQueueThatOverflowsLosesNothing) {
  const std::int32_t handle = this->adopt_pair();
  const std::string letters(120, 'q');
  for (std::uint32_t n = 0; n < 120; ++n) {
    this->start_send(n, handle, std::string_view(letters).substr(n, 1));
  }
  // One completion a turn against eight submissions: the kernel's queue of 16 must overflow.
  std::uint32_t turns = 0;
  while (!this->bench().in_flight.empty() && turns < 10000) {
    this->bench().turn(0, 1);
    turns += 1;
  }
  EXPECT_TRUE(this->bench().in_flight.empty());
  EXPECT_EQ(this->bench().answers.size(), 120U);
  EXPECT_EQ(loom_test::receive_exactly(this->peer.get(), 120), letters);
}

TYPED_TEST(Backend, ATurnTakesNoMoreThanItMay) {
  const std::int32_t handle = this->adopt_pair();
  const std::string letters(80, 'm');
  for (std::uint32_t n = 0; n < 80; ++n) {
    this->start_send(n, handle, std::string_view(letters).substr(n, 1));
  }
  while (!this->bench().in_flight.empty()) {
    ASSERT_LE(this->bench().turn(0, 4), 4U);
  }
}

TYPED_TEST(Backend, AWakeUpEndsAWaitAndIsNoCompletion) {
  for (std::uint64_t round = 1; round <= 5; ++round) {
    this->bench().wake();
    EXPECT_TRUE(
        this->bench().run_until([&] { return this->bench().loose.stat(Stat::wakeups) >= round; }));
  }
  EXPECT_TRUE(this->bench().answers.empty());
}

TYPED_TEST(Backend, WakeUpsBetweenTurnsAreNotLost) {
  for (int n = 0; n < 100; ++n) this->bench().wake();
  EXPECT_TRUE(
      this->bench().run_until([&] { return this->bench().loose.stat(Stat::wakeups) != 0; }));
}

TYPED_TEST(Backend, AnOperationBehindIdleOnesIsNotWaitedUpon) {
  std::vector<Descriptor> peers;
  std::int32_t handle = -1;
  for (std::uint32_t n = 0; n < 10; ++n) {
    handle = this->adopt_pair();
    peers.push_back(std::move(this->peer));
    this->start(n, OperationKind::receive, handle);
  }
  this->start_send(100, handle, "x");
  // Nothing will ever come to the receives; a turn that waits for them never sends.
  while (this->bench().in_flight.contains(100)) {
    this->bench().turn(1000 * loom::nanoseconds_per_second, 64);
  }
  EXPECT_EQ(this->bench().answers_to(100).back().result, 1);
}

TYPED_TEST(Backend, WorkThatIsQueuedIsNotWaitedUpon) {
  const std::int32_t handle = this->adopt_pair();
  const std::string letters(80, 'w');
  for (std::uint32_t n = 0; n < 80; ++n) {
    this->start_send(n, handle, std::string_view(letters).substr(n, 1));
  }
  // Each turn may wait longer than the test may run; none may use that.
  std::uint32_t turns = 0;
  while (!this->bench().in_flight.empty()) {
    this->bench().turn(1000 * loom::nanoseconds_per_second, 1);
    turns += 1;
  }
  EXPECT_LE(turns, 200U);
}

}  // namespace
