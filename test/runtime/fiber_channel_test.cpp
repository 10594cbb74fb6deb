// Channels between fibers: nothing is lost or overtaken, full and empty are waits with limits, and
// an end lets what is inside be received.
#include <algorithm>
#include <memory>

#include "fiber_harness.hpp"

namespace {

using loom::Failure;
using loom::FiberChannel;

using FiberChannels = loom_test::FiberLoopTest;

TEST_F(FiberChannels, LoseNothingAndKeepTheOrderOfEachSenderForEachReceiver) {
  constexpr int each = 500;
  FiberChannel<int, 4> channel;
  int senders = 3;
  std::vector<int> received[2];
  for (int sender = 0; sender < 3; ++sender) {
    loop_.spawn("sender", [&, sender] {
      for (int n = 0; n < each; ++n) {
        EXPECT_TRUE(channel.send(sender * each + n));
        if (n % 7 == sender) loom::yield();
      }
      if (--senders == 0) channel.close();
    });
  }
  for (int receiver = 0; receiver < 2; ++receiver) {
    loop_.spawn("receiver", [&, receiver] {
      for (int n = 0;; ++n) {
        const auto value = channel.receive();
        if (!value) {
          EXPECT_EQ(value.error().failure, Failure::ended);
          return;
        }
        received[receiver].push_back(*value);
        if (n % 5 == receiver) loom::yield();
      }
    });
  }
  loop_.run();
  EXPECT_EQ(received[0].size() + received[1].size(), 3U * each);
  for (const auto& values : received) {
    for (int sender = 0; sender < 3; ++sender) {
      std::vector<int> of_sender;
      std::copy_if(values.begin(), values.end(), std::back_inserter(of_sender),
                   [&](int value) { return value / each == sender; });
      EXPECT_TRUE(std::is_sorted(of_sender.begin(), of_sender.end()));
    }
  }
}

TEST_F(FiberChannels, FullAndEmptyAreTypedAndTimed) {
  loop_.run([&] {
    FiberChannel<int, 2> channel;
    int value = 1;
    EXPECT_EQ(channel.try_receive().error().failure, Failure::exhausted);
    EXPECT_EQ(channel.receive(soon()).error().failure, Failure::timed_out);
    EXPECT_TRUE(channel.try_send(value));
    EXPECT_TRUE(channel.send(2));
    value = 3;
    EXPECT_EQ(channel.try_send(value).error().failure, Failure::full);
    EXPECT_EQ(channel.send(3, soon()).error().failure, Failure::timed_out);
    EXPECT_EQ(channel.size(), 2U);
    channel.close();
    EXPECT_EQ(channel.send(4).error().failure, Failure::closed);
    EXPECT_EQ(channel.try_send(value).error().failure, Failure::closed);
    EXPECT_EQ(*channel.receive(), 1);
    EXPECT_EQ(*channel.try_receive(), 2);
    EXPECT_EQ(channel.receive().error().failure, Failure::ended);
    EXPECT_EQ(channel.try_receive().error().failure, Failure::ended);
  });
}

TEST_F(FiberChannels, AnEndWakesWhoeverWaits) {
  FiberChannel<int, 1> full;
  FiberChannel<int, 1> empty;
  std::string order;
  loop_.spawn("sender", [&] {
    EXPECT_TRUE(full.send(1));
    EXPECT_EQ(full.send(2).error().failure, Failure::closed);
    order += "sender ";
  });
  loop_.spawn("receiver", [&] {
    EXPECT_EQ(empty.receive().error().failure, Failure::ended);
    order += "receiver ";
  });
  loop_.spawn("closer", [&] {
    full.close();
    empty.close();
    full.close();
    order += "closer ";
  });
  loop_.run();
  EXPECT_EQ(order, "closer sender receiver ");
}

TEST_F(FiberChannels, OwnTheValuesInside) {
  const auto value = std::make_shared<int>(7);
  loop_.run([&] {
    FiberChannel<std::shared_ptr<int>, 4> channel;
    for (int n = 0; n < 3; ++n) EXPECT_TRUE(channel.send(value));
    EXPECT_EQ(value.use_count(), 4);
    EXPECT_EQ(**channel.receive(), 7);
    EXPECT_EQ(value.use_count(), 3);
  });
  EXPECT_EQ(value.use_count(), 1) << "the channel destroyed what nobody received";
}

TEST_F(FiberChannels, AStopEndsBothSides) {
  FiberChannel<int, 1> empty;
  FiberChannel<int, 1> full;
  int unwound = 0;
  const auto waits = [&](auto&& body) {
    loop_.spawn("waits", [&unwound, body] {
      try {
        body();
      } catch (const loom::FiberUnwind&) {
        unwound += 1;
        throw;
      }
    });
  };
  waits([&] { static_cast<void>(empty.receive()); });
  waits([&] {
    while (full.send(1)) {
    }
  });
  loop_.turn();
  loop_.fibers().unwind_all();
  loop_.run();
  EXPECT_EQ(unwound, 2);
}

}  // namespace
