// What a handler of the conformance suite writes about a connection: one line an event, in an
// order and a form that depend neither on how bytes were cut into receives nor on time. The driver
// reads them from stderr by their `T`, and groups them by fd and connection.
#pragma once

#include <loom/bytes.hpp>
#include <loom/error.hpp>

#include <cstdarg>
#include <cstdint>
#include <cstdio>

namespace transcript {

/// FNV-1a, 32 bits, over all bytes added; offset basis and prime of the FNV draft (RFC 9923).
class Hash {
 public:
  void add(loom::Bytes bytes) noexcept {
    for (std::uint32_t n = 0; n < bytes.size(); ++n) {
      value_ = (value_ ^ std::to_integer<std::uint32_t>(bytes.data()[n])) * 16777619U;
    }
  }
  [[nodiscard]] std::uint32_t value() const noexcept { return value_; }

 private:
  std::uint32_t value_ = 2166136261U;
};

/// What a connection received so far.
struct Seen {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  Hash hash;
  bool paused = false;  ///< pause() was called and resume() was not

  void add(loom::Bytes message) noexcept {
    messages += 1;
    bytes += message.size();
    hash.add(message);
  }
};

/// Writes one event of a connection, printf-style.
template <class Handler, class Connection>
[[gnu::format(printf, 3, 4)]] void note(Handler& handler, const Connection& connection,
                                        const char* format, ...) noexcept {
  char event[256];
  va_list values;
  va_start(values, format);
  std::vsnprintf(event, sizeof event, format, values);
  va_end(values);
  char line[320];
  std::snprintf(line, sizeof line, "T %s %u.%u %s", Connection::fd_name(), connection.index(),
                connection.generation(), event);
  handler.reactor().log(line);
}

/// Notes a message that came although the connection is paused.
template <class Handler, class Connection>
void expect_reading(Handler& handler, const Connection& connection, const Seen& seen) noexcept {
  if (seen.paused) note(handler, connection, "VIOLATION: a message after pause()");
}

}  // namespace transcript
