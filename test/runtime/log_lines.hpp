// The lines that a program under test logs, for the test to look into.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "loom/program_table.hpp"

namespace loom_test {

/// Written by the program's threads, read by the test's.
class LogLines {
 public:
  /// From its start on the program's lines come here.
  void attach(loom::ProgramStart& program_start) {
    program_start.context = this;
    program_start.log = [](void* self, const char* line) noexcept {
      auto& log = *static_cast<LogLines*>(self);
      const std::lock_guard lock(log.mutex_);
      log.lines_.emplace_back(line);
    };
  }

  /// Whether a line has this in it.
  [[nodiscard]] bool said(const std::string& text) const {
    const std::lock_guard lock(mutex_);
    return std::any_of(lines_.begin(), lines_.end(), [&](const std::string& line) {
      return line.find(text) != std::string::npos;
    });
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace loom_test
