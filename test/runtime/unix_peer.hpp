// The other side of a unix connection in tests: abstract names, packets, and descriptors that are
// passed along with bytes.
#pragma once

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "support.hpp"

namespace loom_test {

/// An abstract name that no other test of this machine has.
inline std::string abstract_name(const char* subject) {
  static int count = 0;
  count += 1;
  return std::string("@loom-test-") + subject + "-" + std::to_string(::getpid()) + "-" +
         std::to_string(count);
}

/// Connects to the abstract name behind the `@` of `name`.
inline Descriptor connect_to_unix(const std::string& name, int type) {
  Descriptor peer(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data() + 1, name.size() - 1);
  const auto bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  if (::connect(peer.get(), reinterpret_cast<const sockaddr*>(&address), bytes) != 0) return {};
  return peer;
}

/// Sends `text` with `descriptors` beside its first byte.
inline bool send_with_descriptors(int fd, std::string_view text, const std::vector<int>& sent) {
  iovec part{const_cast<char*>(text.data()), text.size()};
  std::vector<std::byte> control(CMSG_SPACE(sent.size() * sizeof(int)));
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sent.size() * sizeof(int));
  std::memcpy(CMSG_DATA(header), sent.data(), sent.size() * sizeof(int));
  return ::sendmsg(fd, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

/// What one recvmsg(2) brings: bytes, and the descriptor beside them.
struct Received {
  std::string bytes;
  Descriptor descriptor;
};
inline Received receive_with_descriptor(int fd, std::size_t most = 4096) {
  Received received;
  if (!wait_for(fd, POLLIN)) return received;
  received.bytes.resize(most);
  iovec part{received.bytes.data(), most};
  alignas(cmsghdr) std::byte control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t size = ::recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
  received.bytes.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  if (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr) {
    int number = -1;
    std::memcpy(&number, CMSG_DATA(header), sizeof number);
    received.descriptor = Descriptor(number);
  }
  return received;
}

/// Whether two descriptors refer to one file.
inline bool same_file(int first, int second) {
  struct stat one {};
  struct stat two {};
  return ::fstat(first, &one) == 0 && ::fstat(second, &two) == 0 && one.st_ino == two.st_ino &&
         one.st_dev == two.st_dev;
}

/// The next packet; empty at the end or when none comes.
inline std::string receive_packet(int fd) {
  std::string packet(1U << 16U, '\0');
  if (!wait_for(fd, POLLIN)) return {};
  const ssize_t size = ::recv(fd, packet.data(), packet.size(), 0);
  packet.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return packet;
}

}  // namespace loom_test
