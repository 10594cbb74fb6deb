// Receive buffers of datagrams, read from bytes: whatever stands in them, nothing outside of them
// is read, and what the kernel says is understood. Under AddressSanitizer each buffer ends where
// its bytes end.
#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

#include "loom/datagram.hpp"
#include "loom/datagram_queue.hpp"

namespace {

using loom::DatagramControl;
using loom::DatagramLayout;
using loom::PeerAddress;

void append_control(std::vector<std::byte>& bytes, int level, int type, const void* data,
                    std::size_t size) {
  cmsghdr header{};
  header.cmsg_len = CMSG_LEN(size);
  header.cmsg_level = level;
  header.cmsg_type = type;
  const std::size_t begin = bytes.size();
  bytes.resize(begin + CMSG_SPACE(size));
  std::memcpy(bytes.data() + begin, &header, sizeof header);
  std::memcpy(bytes.data() + begin + CMSG_LEN(0), data, size);
}

TEST(DatagramControls, AreUnderstoodInAnyOrder) {
  std::vector<std::byte> bytes;
  const std::uint32_t dropped = 7;
  const timespec time{5, 6};
  in_pktinfo info{};
  info.ipi_addr.s_addr = htonl(0xef010203);
  append_control(bytes, SOL_SOCKET, SO_RXQ_OVFL, &dropped, sizeof dropped);
  append_control(bytes, IPPROTO_IP, IP_TTL, &dropped, sizeof dropped);
  append_control(bytes, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
  append_control(bytes, SOL_SOCKET, SCM_TIMESTAMPNS, &time, sizeof time);
  const DatagramControl control = loom::read_control(bytes.data(), bytes.size());
  EXPECT_TRUE(control.has_dropped);
  EXPECT_EQ(control.dropped_total, 7U);
  EXPECT_EQ(control.received_nanoseconds, 5000000006U);
  char text[PeerAddress::longest_text];
  control.destination.format(text, sizeof text);
  EXPECT_STREQ(text, "239.1.2.3:0");
}

TEST(DatagramControls, ThatAreMalformedReadNothingOutside) {
  std::mt19937 random(1);  // NOLINT(bugprone-random-generator-seed): the same bytes in each run
  for (int round = 0; round < 100000; ++round) {
    const std::size_t size = random() % 200;
    const auto bytes = std::make_unique<std::byte[]>(size);
    for (std::size_t n = 0; n < size; ++n) bytes[n] = static_cast<std::byte>(random());
    // Lengths that are nearly right get further than noise does.
    if (size >= sizeof(cmsghdr) && round % 2 == 0) {
      const std::size_t length = random() % 64;
      const int level = round % 4 == 0 ? SOL_SOCKET : IPPROTO_IPV6;
      const int type = round % 4 == 0 ? SCM_TIMESTAMPNS : IPV6_PKTINFO;
      std::memcpy(bytes.get(), &length, sizeof length);
      std::memcpy(bytes.get() + sizeof length, &level, sizeof level);
      std::memcpy(bytes.get() + sizeof length + sizeof level, &type, sizeof type);
    }
    loom::read_control(bytes.get(), size);
    DatagramControl control;
    const auto filled = static_cast<std::uint32_t>(size);
    const DatagramLayout layout{32, 64};
    const loom::Datagram datagram = loom::read_datagram(bytes.get(), filled, layout, control);
    EXPECT_LE(datagram.bytes.size(), size);
    EXPECT_LE(datagram.peer.size(), layout.name_bytes);
  }
}

TEST(PeerAddresses, AreTextAndBack) {
  for (const char* text :
       {"127.0.0.1:9000", "[::1]:65535", "/run/x.sock", "@abstract", "0.0.0.0:0"}) {
    const auto address = PeerAddress::from_text(text);
    ASSERT_TRUE(address) << text;
    char formatted[PeerAddress::longest_text];
    address->format(formatted, sizeof formatted);
    EXPECT_STREQ(formatted, text);
    EXPECT_EQ(*address, *PeerAddress::from_text(text));
  }
  for (const char* text :
       {"", "127.0.0.1", "host:1", "1.2.3.4:65536", "::1:5", "[::1]", "@", "[]:1"}) {
    EXPECT_FALSE(PeerAddress::from_text(text)) << text;
  }
  EXPECT_FALSE(PeerAddress::from_text(("/" + std::string(200, 'x')).c_str()));
  EXPECT_TRUE(PeerAddress().empty());
  EXPECT_EQ(PeerAddress::from_text("[::1]:7")->port(), 7);
  EXPECT_EQ(PeerAddress::from_text("@a")->family(), AF_UNIX);
}

TEST(DatagramQueues, SendBatchesInOrderAndDropOnlyWhatFailed) {
  const auto queue = std::make_unique<loom::DatagramQueue<8, 4, 3>>();
  const auto peer = *PeerAddress::from_text("127.0.0.1:9");
  for (const char* text : {"a", "b", "c", "d"}) queue->append(peer, std::string_view(text));
  EXPECT_TRUE(queue->full());
  const auto text_of = [](const loom::DatagramSend& send, std::uint32_t n) {
    const iovec& vector = *send.messages[n].msg_hdr.msg_iov;
    return std::string(static_cast<const char*>(vector.iov_base), vector.iov_len);
  };
  loom::DatagramSend send = queue->begin_send();
  ASSERT_EQ(send.count, 3U);
  EXPECT_EQ(send.messages[2].msg_hdr.msg_namelen, sizeof(sockaddr_in));
  EXPECT_EQ(queue->end_send(1, 1), 1U) << "a was sent, b failed";
  queue->append(PeerAddress(), std::string_view());
  send = queue->begin_send();
  ASSERT_EQ(send.count, 3U);
  EXPECT_EQ(text_of(send, 0) + text_of(send, 1) + text_of(send, 2), "cd");
  EXPECT_EQ(send.messages[2].msg_hdr.msg_name, nullptr) << "no peer: the connected one";
  EXPECT_EQ(queue->end_send(3, 0), 2U);
  EXPECT_EQ(queue->queued(), 0U);
}

}  // namespace
