// Unix addresses from text and back: paths, abstract names and their exact lengths.
#include <gtest/gtest.h>

#include <string>

#include "loom/socket.hpp"
#include "support.hpp"
#include "unix_peer.hpp"

namespace {

using loom::SocketAddress;
using loom::StartError;
using loom::StreamKind;
using loom::StreamShape;

/// The text written out again after it was read; "refused" when it is no unix address.
std::string round_trip(const std::string& text) {
  SocketAddress address;
  if (!loom::set_unix_address(text.c_str(), address)) return "refused";
  char written[128];
  loom::format_address(address, written, sizeof written);
  return written;
}

TEST(UnixAddress, PathsAndAbstractNamesSurviveARoundTrip) {
  EXPECT_EQ(round_trip("/run/feed.sock"), "/run/feed.sock");
  EXPECT_EQ(round_trip("./@feed"), "./@feed");
  EXPECT_EQ(round_trip("@feed"), "@feed");
  EXPECT_EQ(round_trip("/" + std::string(106, 'n')), "/" + std::string(106, 'n'));
  EXPECT_EQ(round_trip("@" + std::string(107, 'n')), "@" + std::string(107, 'n'));
}

TEST(UnixAddress, WhatDoesNotFitIsRefused) {
  EXPECT_EQ(round_trip(""), "refused");
  EXPECT_EQ(round_trip("@"), "refused");
  EXPECT_EQ(round_trip("/" + std::string(107, 'n')), "refused");
  EXPECT_EQ(round_trip("@" + std::string(108, 'n')), "refused");
}

TEST(UnixAddress, AnAbstractNameIsAsLongAsItsText) {
  SocketAddress address;
  ASSERT_TRUE(loom::set_unix_address("@feed", address));
  // unix(7): the name is what the length says, so a NUL at its end would be another name.
  EXPECT_EQ(address.bytes, offsetof(sockaddr_un, sun_path) + 5);
  EXPECT_EQ(loom::path_of(address), nullptr);
}

TEST(UnixAddress, AnAbstractNameHasNoModeAndIsTakenOnce) {
  const std::string name = loom_test::abstract_name("socket");
  StreamShape shape{.name = "fd", .kind = StreamKind::unix_server};
  shape.options.mode = 0600;
  shape.options.backlog = 16;
  SocketAddress address;
  ASSERT_TRUE(loom::set_unix_address(name.c_str(), address));
  SocketAddress again = address;
  int fd = -1;
  ASSERT_FALSE(loom::listen_on(shape, address, fd));
  const loom_test::Descriptor listener(fd);
  char written[128];
  loom::format_address(address, written, sizeof written);
  EXPECT_EQ(written, name);
  const StartError error = loom::listen_on(shape, again, fd, 0);
  ASSERT_TRUE(error);
  EXPECT_STREQ(error.code, loom::start_code::cannot_listen);
}

}  // namespace
