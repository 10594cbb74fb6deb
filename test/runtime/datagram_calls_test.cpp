// What backends do with the plain descriptor of a datagram socket, spoken to directly: how many
// datagrams a call asks for, what it says of each, and how it ends.
#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "loom/backend/datagram_calls.hpp"
#include "support.hpp"

namespace {

using loom::Completion;
using loom::DatagramLayout;
using loom::DatagramReceive;
using loom_test::Descriptor;

constexpr std::uint32_t batch = 16;

TEST(DatagramsAsked, FollowWhatTheLastCallBrought) {
  DatagramReceive request;
  request.batch = 32;
  const auto after = [&](std::uint32_t asked, std::uint32_t got) {
    loom::note_datagrams(request, asked, got);
    return request.asked;
  };
  EXPECT_EQ(after(32, 1), 2U) << "a lone one";
  EXPECT_EQ(after(2, 1), 2U);
  EXPECT_EQ(after(2, 2), 8U) << "it was filled";
  EXPECT_EQ(after(8, 8), 32U);
  EXPECT_EQ(after(32, 32), 32U) << "no more than the batch";
  EXPECT_EQ(after(32, 20), 32U);
  EXPECT_EQ(after(32, 5), 10U);
  EXPECT_EQ(after(32, 0), 2U);
  request.least = 1;
  EXPECT_EQ(after(2, 0), 1U);
  EXPECT_EQ(after(1, 1), 4U);
  request.batch = 1;
  request.least = 2;
  EXPECT_EQ(after(1, 1), 1U);
  EXPECT_EQ(after(1, 0), 1U);
}

/// A pair of unix datagram sockets, of which one is received from into a group of few buffers.
class DatagramCalls : public testing::Test {
 protected:
  static constexpr std::uint32_t capacity = 4;
  static constexpr std::uint32_t payload_bytes = 16;
  /// Room for control messages, so that recvmsg(2) is called for one; none: recvfrom(2).
  void set_up(std::uint32_t control_bytes, std::uint32_t asked) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    peer_ = Descriptor(ends[0]);
    own_ = Descriptor(ends[1]);
    layout_ = {112, control_bytes};
    const std::uint32_t bytes = layout_.payload_offset() + payload_bytes;
    memory_.resize(std::size_t{capacity} * bytes);
    group_.fill({.memory = memory_.data(), .bytes = bytes, .stride = bytes, .count = capacity});
    request_.header.msg_namelen = layout_.name_bytes;
    request_.header.msg_controllen = layout_.control_bytes;
    request_.batch = batch;
    request_.asked = asked;
    request_.least = asked;
    operation_.pointer = &request_;
    operation_.tag = loom::Tag(1, 9, 0);
    receive_ = &operation_;
  }

  loom::DatagramsReceived receive() {
    return loom::receive_datagrams(own_.get(), receive_, group_, [this](const Completion& one) {
      completions_.push_back(one);
      if (!one.has_buffer) return;
      loom::DatagramControl control;
      const loom::Datagram datagram = loom::read_datagram(
          group_.data(one.buffer), static_cast<std::uint32_t>(one.result), layout_, control);
      texts_.emplace_back(datagram.bytes.text());
      sent_bytes_.push_back(datagram.sent_bytes);
      EXPECT_TRUE(datagram.peer.empty()) << "the other end has no name";
    });
  }

  void send(const std::string& text) {
    ASSERT_EQ(::send(peer_.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }

  Descriptor peer_;
  Descriptor own_;
  DatagramLayout layout_;
  std::vector<std::byte> memory_;
  loom::FreeBuffers<capacity> group_;
  DatagramReceive request_;
  loom::Operation operation_;
  loom::Operation* receive_ = nullptr;
  std::vector<Completion> completions_;
  std::vector<std::string> texts_;
  std::vector<std::uint32_t> sent_bytes_;
};

TEST_F(DatagramCalls, SayTheSameOfOneByEachOfThem) {
  struct Call {
    std::uint32_t control_bytes;
    std::uint32_t asked;
  };
  for (const Call call : {Call{0, 1}, Call{24, 1}, Call{0, 2}, Call{24, 2}}) {
    set_up(call.control_bytes, call.asked);
    texts_.clear();
    sent_bytes_.clear();
    for (const char* text : {"", "short", "0123456789abcdef", "0123456789abcdefg"}) {
      send(text);
      const loom::DatagramsReceived received = receive();
      EXPECT_EQ(received.count, 1U);
      EXPECT_EQ(received.emptied, call.asked == 2);
      group_.give_back(completions_.back().buffer);
      EXPECT_TRUE(receive().emptied);
    }
    EXPECT_EQ(texts_,
              (std::vector<std::string>{"", "short", "0123456789abcdef", "0123456789abcdef"}));
    EXPECT_EQ(sent_bytes_, (std::vector<std::uint32_t>{0, 5, 16, 17}));
  }
}

TEST_F(DatagramCalls, TakeNoMoreThanThereAreBuffers) {
  set_up(0, batch);
  for (const char* text : {"1", "2", "3", "4", "5"}) send(text);
  EXPECT_EQ(receive().count, 4U);
  EXPECT_EQ(texts_, (std::vector<std::string>{"1", "2", "3", "4"}));
  EXPECT_EQ(receive_, &operation_);
  // Without a buffer the receive ends, and what waits is not lost.
  EXPECT_EQ(receive().count, 1U);
  EXPECT_EQ(completions_.back().result, -ENOBUFS);
  EXPECT_FALSE(completions_.back().more);
  EXPECT_EQ(receive_, nullptr);
  group_.give_back(completions_[1].buffer);
  receive_ = &operation_;
  EXPECT_FALSE(receive().emptied) << "one buffer was filled: there may be more";
  EXPECT_EQ(texts_.back(), "5");
}

TEST_F(DatagramCalls, EndWithAnErrorOnce) {
  set_up(0, 2);
  own_.close();
  EXPECT_EQ(receive().count, 1U);
  EXPECT_EQ(completions_.back().result, -EBADF);
  EXPECT_FALSE(completions_.back().has_buffer);
  EXPECT_EQ(receive_, nullptr);
  EXPECT_EQ(group_.free_count(), capacity);
}

}  // namespace
