// Answers each datagram with what it heard, and says in the transcript what came, how long it was
// and what went wrong. `!many N` is answered by N datagrams, `!tell ADDRESS TEXT` by one to
// somebody else.
#pragma once

#include <datagrams/handlers.hpp>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "transcript.hpp"

struct Answer : datagrams::AnswerBase<Answer> {
  void on_open(auto& socket) {
    if constexpr (std::remove_cvref_t<decltype(socket)>::Descriptor::shape.peer[0] != '\0') {
      if (!socket.send("anybody?")) note(socket, "VIOLATION: no room for the first datagram");
    }
  }

  void on_datagram(auto& socket, const loom::Datagram& datagram) {
    const std::string_view text = datagram.bytes.text();
    note_datagram(socket, datagram);
    if (!datagram.destination.empty()) note_destination(socket, datagram);
    if (datagram.dropped_before != 0) note(socket, "VIOLATION: a dropped datagram");
    if (text.starts_with("!many ")) {
      many(socket, datagram.peer, std::atoi(text.data() + 6));
    } else if (text.starts_with("!tell ")) {
      tell(socket, text.substr(6));
    } else if (!socket.send_to(datagram.peer, datagram.bytes)) {
      note(socket, "VIOLATION: no room for one answer");
    }
  }

  void on_error(auto& socket, loom::Error error) {
    note(socket, "error: %s %s", error.name(), name_of(error.system_error));
  }

 private:
  /// As strerrorname_np(3) has it, which only glibc has: the errors of the scenarios.
  static const char* name_of(int error) noexcept {
    if (error == ECONNREFUSED) return "ECONNREFUSED";
    return error == ENOENT ? "ENOENT" : std::strerror(error);
  }

  [[gnu::format(printf, 3, 4)]] void note(const auto& socket, const char* format, ...) noexcept {
    char event[256];
    va_list values;
    va_start(values, format);
    std::vsnprintf(event, sizeof event, format, values);
    va_end(values);
    char line[320];
    std::snprintf(line, sizeof line, "T %s %u.1 %s", socket.fd_name(), socket.index(), event);
    reactor().log(line);
  }

  /// Commands hold addresses that differ from run to run: their text is left out.
  void note_datagram(auto& socket, const loom::Datagram& datagram) {
    if (datagram.bytes.text().starts_with('!')) return note(socket, "a command");
    transcript::Hash hash;
    hash.add(datagram.bytes);
    note(socket, "datagram: %u of %u bytes, hash %08x%s", datagram.bytes.size(),
         datagram.sent_bytes, hash.value(), datagram.truncated() ? ", truncated" : "");
  }

  void note_destination(auto& socket, const loom::Datagram& datagram) {
    char text[loom::PeerAddress::longest_text];
    datagram.destination.format(text, sizeof text);
    note(socket, "sent to %s", text);
  }

  /// As many as fit, then the word that there were no more; all in order.
  void many(auto& socket, const loom::PeerAddress& peer, int count) {
    for (int n = 1; n <= count; ++n) {
      char text[16];
      std::snprintf(text, sizeof text, "%d", n);
      const loom::WriteResult result = socket.send_to(peer, std::string_view(text));
      if (result) continue;
      note(socket, "refused after %d", n - 1);
      return;
    }
  }

  /// `ADDRESS TEXT`.
  void tell(auto& socket, std::string_view words) {
    const std::size_t space = words.find(' ');
    char address[loom::PeerAddress::longest_text] = {};
    words.substr(0, space).copy(address, sizeof address - 1);
    const auto peer = loom::PeerAddress::from_text(address);
    if (!peer) return note(socket, "no address: %s", address);
    if (!socket.send_to(*peer, words.substr(space + 1))) note(socket, "VIOLATION: no room");
  }
};
