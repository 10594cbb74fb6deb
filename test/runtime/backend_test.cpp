// The completion contract, spoken to each backend directly: what every operation answers, and that
// it has exactly one final completion.
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
using loom_test::Descriptor;
using loom_test::StreamEnd;

template <class Which>
using Backend = loom_test::Backend<Which>;
TYPED_TEST_SUITE(Backend, loom_test::Backends, loom_test::BackendNames);

TYPED_TEST(Backend, AcceptKeepsAcceptingUntilItIsCancelled) {
  std::uint16_t port = 0;
  const auto listener = this->adopt_listener(loom_test::listen_anywhere(port));
  ASSERT_GE(listener, 0);
  this->records[1] = this->bench().make(1, OperationKind::accept, listener);
  this->records[1].multishot = true;
  this->bench().submit(this->records[1]);
  std::vector<Descriptor> clients;
  for (std::size_t n = 1; n <= 3; ++n) {
    clients.push_back(loom_test::connect_to(port));
    ASSERT_TRUE(this->bench().run_until([&] { return this->bench().answers.size() == n; }));
  }
  std::set<std::int32_t> handles;
  for (const auto& answer : this->bench().answers) {
    EXPECT_TRUE(answer.more);
    EXPECT_GE(answer.result, 0);
    EXPECT_NE(answer.result, listener);
    handles.insert(answer.result);
  }
  EXPECT_EQ(handles.size(), 3U) << "every connection has a handle of its own";
  this->start(2, OperationKind::cancel_all, listener);
  EXPECT_TRUE(this->bench().drain());
  EXPECT_EQ(this->bench().final_result(1), -ECANCELED);
}

TYPED_TEST(Backend, AnAcceptThatIsNotMultishotTakesOne) {
  std::uint16_t port = 0;
  const auto listener = this->adopt_listener(loom_test::listen_anywhere(port));
  const Descriptor first = loom_test::connect_to(port);
  const Descriptor second = loom_test::connect_to(port);
  this->start(1, OperationKind::accept, listener);
  EXPECT_GE(this->bench().final_result(1), 0);
  EXPECT_FALSE(this->bench().answers_to(1).back().more);
  for (int n = 0; n < 10; ++n) this->bench().turn();
  EXPECT_EQ(this->bench().answers.size(), 1U) << "the second waits in the backlog";
  this->start(2, OperationKind::accept, listener);
  const std::int32_t result = this->bench().final_result(2);
  ASSERT_GE(result, 0);
  const std::int32_t handle = this->bench().backend.accepted(this->records[2], result);
  this->start_send(3, handle, "to the second");
  EXPECT_EQ(this->bench().final_result(3), 13);
  EXPECT_EQ(loom_test::receive_exactly(second.get(), 13), "to the second")
      << "the result of an accept is a handle of that very connection";
}

TYPED_TEST(Backend, ReceiveGivesWhatComesAndThenTheEnd) {
  const std::int32_t handle = this->adopt_pair();
  this->start(1, OperationKind::receive, handle);
  ASSERT_TRUE(loom_test::send_all(this->peer.get(), "one"));
  ASSERT_TRUE(this->bench().run_until([&] { return this->bench().received(1) == "one"; }));
  // Needs three of the four buffers.
  const std::string long_text(2 * loom_test::tiny_buffer_bytes + 7, 'x');
  ASSERT_TRUE(loom_test::send_all(this->peer.get(), long_text));
  ASSERT_TRUE(
      this->bench().run_until([&] { return this->bench().received(1) == "one" + long_text; }));
  EXPECT_TRUE(this->bench().in_flight.contains(1));
  this->peer.close();
  EXPECT_EQ(this->bench().final_result(1), 0);
}

TYPED_TEST(Backend, ReceiveOfDataThatCameWithTheEndGivesBoth) {
  const std::int32_t handle = this->adopt_pair();
  ASSERT_TRUE(loom_test::send_all(this->peer.get(), "last words"));
  this->peer.close();
  this->start(1, OperationKind::receive, handle);
  EXPECT_EQ(this->bench().final_result(1), 0);
  EXPECT_EQ(this->bench().received(1), "last words");
}

TYPED_TEST(Backend, ReceiveGoesOnBehindUrgentData) {
  const std::int32_t handle = this->adopt_pair();
  ASSERT_TRUE(loom_test::send_all(this->peer.get(), "before"));
  ASSERT_EQ(::send(this->peer.get(), "!", 1, MSG_OOB), 1);
  ASSERT_TRUE(loom_test::send_all(this->peer.get(), "behind"));
  this->start(1, OperationKind::receive, handle);
  EXPECT_TRUE(this->bench().run_until([&] { return this->bench().received(1) == "beforebehind"; }));
}

TYPED_TEST(Backend, AResetIsTheFinalOfAReceive) {
  const std::int32_t handle = this->adopt_pair();
  this->start(1, OperationKind::receive, handle);
  this->bench().turn();
  const linger hard{1, 0};
  ASSERT_EQ(setsockopt(this->peer.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
  this->peer.close();
  EXPECT_EQ(this->bench().final_result(1), -ECONNRESET);
}

TYPED_TEST(Backend, CancelReceiveEndsTheReceiveAlone) {
  const std::int32_t handle = this->adopt_pair();
  Operation& receive = this->start(1, OperationKind::receive, handle);
  this->bench().turn();
  this->start_cancel_receive(2, receive);
  EXPECT_TRUE(this->bench().drain());
  EXPECT_EQ(this->bench().final_result(1), -ECANCELED);
  ASSERT_TRUE(loom_test::send_all(this->peer.get(), "later"));
  this->start(3, OperationKind::receive, handle);
  EXPECT_TRUE(this->bench().run_until([&] { return this->bench().received(3) == "later"; }));
}

TYPED_TEST(Backend, CancelReceiveAfterDataArrivedLosesNone) {
  const std::int32_t handle = this->adopt_pair();
  for (std::uint32_t round = 0; round < 20; ++round) {
    const std::uint32_t number = 2 * round + 1;
    Operation& receive = this->start(number, OperationKind::receive, handle);
    this->bench().turn();
    ASSERT_TRUE(loom_test::send_all(this->peer.get(), "0123456789"));
    if (round % 2 == 0) this->bench().turn();
    this->start_cancel_receive(number + 1, receive);
    ASSERT_TRUE(this->bench().drain());
    const std::int32_t result = this->bench().final_result(number);
    EXPECT_TRUE(result == -ECANCELED || (TestFixture::is_oneshot && result == 10))
        << result << ", round " << round;
  }
  this->start(100, OperationKind::receive, handle);
  const auto everything = [&] {
    std::string text;
    for (const auto& answer : this->bench().answers) text += answer.data;
    return text.size();
  };
  EXPECT_TRUE(this->bench().run_until([&] { return everything() == 200; }))
      << everything() << " of 200 bytes";
}

TYPED_TEST(Backend, CancelOfNothingStillCompletes) {
  const std::int32_t handle = this->adopt_pair();
  this->start(1, OperationKind::cancel_all, handle);
  EXPECT_TRUE(this->bench().drain());
}

TYPED_TEST(Backend, SendingToAPeerThatResetFails) {
  const std::int32_t handle = this->adopt_pair();
  const linger hard{1, 0};
  ASSERT_EQ(setsockopt(this->peer.get(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
  this->peer.close();
  this->start_send(1, handle, "into the void");
  const std::int32_t result = this->bench().final_result(1);
  EXPECT_TRUE(result == -ECONNRESET || result == -EPIPE) << result;
}

TYPED_TEST(Backend, ConnectsAndSaysWhyNot) {
  std::uint16_t port = 0;
  Descriptor listener = loom_test::listen_anywhere(port);
  const sockaddr_in address = loom_test::loopback(port);
  const std::int32_t first = this->adopt_socket(AF_INET);
  this->start_connect(1, first, &address, sizeof address);
  EXPECT_EQ(this->bench().final_result(1), 0);
  listener.close();
  const std::int32_t second = this->adopt_socket(AF_INET);
  this->start_connect(2, second, &address, sizeof address);
  EXPECT_EQ(this->bench().final_result(2), -ECONNREFUSED);
}

TYPED_TEST(Backend, ShutdownEndsSendingAndReceivingGoesOn) {
  const std::int32_t handle = this->adopt_pair();
  this->start(1, OperationKind::receive, handle);
  this->start(2, OperationKind::shutdown_sending, handle);
  EXPECT_EQ(this->bench().final_result(2), 0);
  std::string text;
  EXPECT_EQ(loom_test::receive_to_end(this->peer.get(), text), StreamEnd::finished);
  ASSERT_TRUE(loom_test::send_all(this->peer.get(), "still here"));
  EXPECT_TRUE(this->bench().run_until([&] { return this->bench().received(1) == "still here"; }));
}

TYPED_TEST(Backend, ConnectingToNowhereResetsTheConnection) {
  const std::int32_t handle = this->adopt_pair();
  static constexpr sockaddr nowhere{.sa_family = AF_UNSPEC, .sa_data = {}};
  this->start_connect(1, handle, &nowhere, sizeof nowhere);
  EXPECT_EQ(this->bench().final_result(1), 0);
  std::string text;
  EXPECT_EQ(loom_test::receive_to_end(this->peer.get(), text), StreamEnd::reset);
}

}  // namespace
