// script.hpp in fiber style. A connection is paused by a fiber that waits for something else than
// its peer; a flood that finds its queue full goes on in a child fiber, so that the connection is
// read meanwhile.
#pragma once

#include <charconv>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "transcript.hpp"

struct Script : server::ScriptBase<Script> {
  static constexpr std::uint32_t flood_line_bytes = 1000;
  static constexpr std::uint32_t large_bytes = 1U << 20U;

  struct State {
    transcript::Seen seen;
    std::uint32_t flood_left = 0;
  };

  void run(auto& connection) {
    transcript::note(*this, connection.handle(), "open");
    loom::Scope floods;
    while (const auto line = connection.read()) {
      const std::string_view text = line->text();
      if (text.starts_with('!')) {
        command(connection, floods, text.substr(1));
      } else {
        connection.state().seen.add(*line);
      }
    }
    static_cast<void>(floods.join());
  }

  void on_close(auto& connection, loom::CloseReason why) {
    const transcript::Seen& seen = connection.state().seen;
    transcript::note(*this, connection, "close: %s after %llu lines, %llu bytes, hash %08x",
                     why.name(), static_cast<unsigned long long>(seen.messages),
                     static_cast<unsigned long long>(seen.bytes), seen.hash.value());
  }

 private:
  /// `!resume` on any connection releases as many as wait.
  loom::Semaphore resumed_{0};
  std::uint32_t paused_count_ = 0;

  void command(auto& connection, loom::Scope& floods, std::string_view text) {
    const std::size_t space = text.find(' ');
    const std::string_view verb = text.substr(0, space);
    const std::string_view rest = space == text.npos ? "" : text.substr(space + 1);
    transcript::note(*this, connection.handle(), "!%.*s", static_cast<int>(text.size()),
                     text.data());
    if (verb == "note") {
      answer(connection, "noted");
    } else if (verb == "sum") {
      sum(connection);
    } else if (verb == "flood") {
      std::from_chars(rest.data(), rest.data() + rest.size(), connection.state().flood_left);
      flood(connection, floods);
    } else if (verb == "large") {
      large(connection);
    } else if (verb == "pause") {
      paused_count_ += 1;
      static_cast<void>(resumed_.acquire());
    } else if (verb == "resume") {
      resumed_.release(std::exchange(paused_count_, 0U));
      answer(connection, "resumed");
    } else {
      end(connection, verb);
    }
  }

  void end(auto& connection, std::string_view verb) {
    if (verb == "throw") throw std::runtime_error("as commanded");
    if (verb == "stop") return reactor().stop();
    if (verb == "close") connection.close();
    if (verb == "abort") connection.abort();
    if (verb == "finish") connection.finish();
    const loom::Result<void> late = connection.write(loom::Bytes("x"));
    if (late.error().failure != loom::Failure::closed) {
      transcript::note(*this, connection.handle(), "VIOLATION: a write after the end");
    }
  }

  void answer(auto& connection, std::string_view text) {
    const loom::Bytes bytes(reinterpret_cast<const std::byte*>(text.data()),
                            static_cast<std::uint32_t>(text.size()));
    if (!connection.write_frame(bytes)) {
      transcript::note(*this, connection.handle(), "answer refused");
    }
  }

  void sum(auto& connection) {
    const transcript::Seen& seen = connection.state().seen;
    char text[96];
    const int length = std::snprintf(
        text, sizeof text, "%llu %llu %08x", static_cast<unsigned long long>(seen.messages),
        static_cast<unsigned long long>(seen.bytes), seen.hash.value());
    answer(connection, {text, static_cast<std::size_t>(length)});
  }

  /// Writes lines for as long as there is room, and leaves the others to a child.
  void flood(auto& connection, loom::Scope& floods) {
    constexpr std::uint32_t needed = flood_line_bytes + 1;
    while (connection.state().flood_left != 0) {
      if (connection.handle().writable_bytes() < needed) break;
      if (!flood_line(connection)) return;
    }
    if (connection.state().flood_left == 0) return;
    transcript::note(*this, connection.handle(), "refused: the queue is full");
    const auto go_on = [this, &connection] {
      while (connection.state().flood_left != 0 && flood_line(connection)) {
      }
    };
    if (!floods.spawn(server::stacks::medium, "flood", go_on)) {
      transcript::note(*this, connection.handle(), "VIOLATION: no stack for a flood");
    }
  }

  /// Writes one line; false when the connection is over.
  bool flood_line(auto& connection) {
    State& state = connection.state();
    char line[flood_line_bytes];
    for (char& letter : line) letter = static_cast<char>('a' + state.flood_left % 26);
    const loom::Bytes bytes(reinterpret_cast<const std::byte*>(line), sizeof line);
    if (!connection.write_frame(bytes)) return false;
    state.flood_left -= 1;
    if (state.flood_left == 0) transcript::note(*this, connection.handle(), "flood queued");
    return true;
  }

  /// A message that can never fit is refused whole and leaves the connection as it was.
  void large(auto& connection) {
    static constexpr std::byte bytes[large_bytes]{};
    const auto result = connection.write_frame(loom::Bytes(bytes, large_bytes));
    const bool refused = result.error().failure == loom::Failure::exhausted;
    transcript::note(*this, connection.handle(), "large write: %s",
                     refused ? "full" : "VIOLATION: not full");
  }
};
