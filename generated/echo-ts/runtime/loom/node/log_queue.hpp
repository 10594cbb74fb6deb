// Log lines on their way from reactor threads to JavaScript. Lines are rare (start, a refused
// backend, a handler that threw), so a lock is fine; memory is fixed, so logging never allocates
// on a reactor. When JavaScript does not keep up, lines are dropped and their number is told.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <mutex>

namespace loom::node {

inline constexpr std::uint32_t log_queue_lines = 64;
inline constexpr std::size_t log_line_bytes = 512;

/// One line, zero-terminated.
struct LogLine {
  char text[log_line_bytes];
};

/// Many writers, one reader.
class LogQueue {
 public:
  /// Takes a copy of `text`, cut to `log_line_bytes`. Any thread.
  void push(const char* text) noexcept {
    const std::lock_guard lock(mutex_);
    if (count_ == log_queue_lines) {
      ++dropped_;
      return;
    }
    auto& line = lines_[(first_ + count_) % log_queue_lines];
    std::snprintf(line.text, sizeof line.text, "%s", text);
    ++count_;
  }

  /// Moves the oldest line to `line`; false when there is none.
  bool pop(LogLine& line) noexcept {
    const std::lock_guard lock(mutex_);
    if (count_ == 0) {
      if (dropped_ == 0) return false;
      std::snprintf(line.text, sizeof line.text, "%u log lines were dropped", dropped_);
      dropped_ = 0;
      return true;
    }
    line = lines_[first_];
    first_ = (first_ + 1) % log_queue_lines;
    --count_;
    return true;
  }

 private:
  std::mutex mutex_;
  std::array<LogLine, log_queue_lines> lines_{};
  std::uint32_t first_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t dropped_ = 0;
};

}  // namespace loom::node
