// A handler that its peers command, a line a command: `!note x`, `!sum`, `!flood n`, `!large`,
// `!close`, `!abort`, `!finish`, `!pause`, `!resume`, `!stop`, `!throw`. Other lines are counted.
#pragma once

#include <charconv>
#include <stdexcept>
#include <string_view>
#include <type_traits>

#include "transcript.hpp"

struct Script : server::ScriptBase<Script> {
  static constexpr std::uint32_t flood_line_bytes = 1000;
  static constexpr std::uint32_t large_bytes = 1U << 20U;

  struct State {
    transcript::Seen seen;
    std::uint32_t flood_left = 0;
    std::uint64_t refusals = 0;
    std::uint64_t drains = 0;
  };

  void on_open(auto& connection) { transcript::note(*this, connection, "open"); }

  void on_data(auto& connection, loom::Bytes line) {
    transcript::expect_reading(*this, connection, connection.state().seen);
    const std::string_view text = line.text();
    if (text.starts_with('!')) return command(connection, text.substr(1));
    connection.state().seen.add(line);
  }

  void on_drain(auto& connection) {
    State& state = connection.state();
    state.drains += 1;
    if (state.drains != state.refusals) {
      transcript::note(*this, connection, "VIOLATION: %llu drains after %llu refusals",
                       static_cast<unsigned long long>(state.drains),
                       static_cast<unsigned long long>(state.refusals));
    }
    flood(connection);
  }

  void on_close(auto& connection, loom::CloseReason why) {
    const transcript::Seen& seen = connection.state().seen;
    transcript::note(*this, connection, "close: %s after %llu lines, %llu bytes, hash %08x",
                     why.name(), static_cast<unsigned long long>(seen.messages),
                     static_cast<unsigned long long>(seen.bytes), seen.hash.value());
  }

 private:
  static constexpr std::uint32_t maximum_paused = 8;

  /// Connections of fds.script that are paused; `!resume` on any connection resumes them.
  loom::Connection<server::fd::Script> paused_[maximum_paused];
  std::uint32_t paused_count_ = 0;

  void command(auto& connection, std::string_view text) {
    const std::size_t space = text.find(' ');
    const std::string_view verb = text.substr(0, space);
    const std::string_view rest = space == text.npos ? "" : text.substr(space + 1);
    transcript::note(*this, connection, "!%.*s", static_cast<int>(text.size()), text.data());
    if (verb == "note") {
      answer(connection, "noted");
    } else if (verb == "sum") {
      sum(connection);
    } else if (verb == "flood") {
      std::from_chars(rest.data(), rest.data() + rest.size(), connection.state().flood_left);
      flood(connection);
    } else if (verb == "large") {
      large(connection);
    } else if (verb == "pause") {
      pause(connection);
    } else if (verb == "resume") {
      resume_all();
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
    const bool closed = connection.write(loom::Bytes("x")).value() == loom::WriteResult::closed;
    if (!closed) transcript::note(*this, connection, "VIOLATION: a write after the end");
  }

  void answer(auto& connection, std::string_view text) {
    const loom::Bytes bytes(reinterpret_cast<const std::byte*>(text.data()),
                            static_cast<std::uint32_t>(text.size()));
    if (!connection.write_frame(bytes)) transcript::note(*this, connection, "answer refused");
  }

  void sum(auto& connection) {
    const transcript::Seen& seen = connection.state().seen;
    char text[96];
    const int length = std::snprintf(
        text, sizeof text, "%llu %llu %08x", static_cast<unsigned long long>(seen.messages),
        static_cast<unsigned long long>(seen.bytes), seen.hash.value());
    answer(connection, {text, static_cast<std::size_t>(length)});
  }

  /// Writes lines until the queue refuses one; on_drain goes on.
  void flood(auto& connection) {
    State& state = connection.state();
    char line[flood_line_bytes];
    while (state.flood_left != 0) {
      for (char& letter : line) letter = static_cast<char>('a' + state.flood_left % 26);
      const loom::Bytes bytes(reinterpret_cast<const std::byte*>(line), sizeof line);
      const loom::WriteResult result = connection.write_frame(bytes);
      if (result.value() == loom::WriteResult::closed) return;
      if (!result) {
        if (state.refusals == 0) transcript::note(*this, connection, "refused: the queue is full");
        state.refusals += 1;
        return;
      }
      state.flood_left -= 1;
      if (state.flood_left == 0) transcript::note(*this, connection, "flood queued");
    }
  }

  /// A write that can never fit is refused whole and leaves the connection as it was.
  void large(auto& connection) {
    static constexpr std::byte bytes[large_bytes]{};
    const loom::WriteResult result = connection.write(loom::Bytes(bytes, large_bytes));
    connection.state().refusals += 1;
    transcript::note(*this, connection, "large write: %s",
                     result.value() == loom::WriteResult::full ? "full" : "VIOLATION: not full");
  }

  template <class Fd>
  void pause(loom::Connection<Fd>& connection) {
    connection.pause();
    connection.state().seen.paused = true;
    if constexpr (std::is_same_v<Fd, server::fd::Script>) {
      paused_[paused_count_ % maximum_paused] = connection;
      paused_count_ += 1;
    }
  }

  void resume_all() {
    for (auto& connection : paused_) {
      if (!connection.alive()) continue;
      connection.state().seen.paused = false;
      connection.resume();
    }
    paused_count_ = 0;
  }
};
