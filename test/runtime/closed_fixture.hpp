// A program whose descriptors somebody else closes: what it opened, what it logs, and whether its
// loop still sleeps.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "descriptor_table.hpp"
#include "program_fixture.hpp"

namespace loom_test {

/// Starts with its log in the journal, and knows what the program opened.
template <class Fd>
class ClosedFixture : public ProgramTest<Fd> {
 protected:
  void customise(loom::ProgramStart& start) override {
    before_ = open_descriptors();
    start.context = &this->journal_;
    start.log = [](void* journal, const char* line) noexcept {
      static_cast<Journal*>(journal)->add(line);
    };
  }

  /// Lines of the log that begin with `text`.
  [[nodiscard]] std::size_t logged(const std::string& text) const {
    std::size_t count = 0;
    for (const std::string& line : this->journal_.events()) count += line.rfind(text, 0) == 0;
    return count;
  }

  /// Rings the doorbell `times` times, each time when the loop sleeps again, and expects a bounded
  /// number of kernel entries: one that turned for ever would not sleep.
  void expect_a_loop_that_sleeps(int times) {
    const std::uint64_t entries = this->stat(loom::Stat::kernel_entries);
    for (int n = 0; n < times; ++n) {
      const std::uint64_t sleeps = this->stat(loom::Stat::sleeps);
      this->program_.wake(0);
      ASSERT_TRUE(this->eventually([&] { return this->stat(loom::Stat::sleeps) > sleeps; }));
    }
    EXPECT_LE(this->stat(loom::Stat::kernel_entries) - entries,
              16U * (static_cast<unsigned>(times) + this->stat(loom::Stat::sleeps)));
  }

  /// A post to the reactor runs.
  void expect_mail() {
    Journal* journal = &this->journal_;
    ASSERT_TRUE(this->program_.reactor(0).post([journal] { journal->add("mail"); }));
    ASSERT_TRUE(this->journal_.wait_for("mail"));
  }

  /// What this program opened and calls `name`.
  [[nodiscard]] std::vector<int> opened(const std::string& name) const {
    std::vector<int> found;
    for (const auto& [fd, what] : open_descriptors()) {
      if (what == name && !before_.contains(fd)) found.push_back(fd);
    }
    return found;
  }

  std::map<int, std::string> before_;
};

}  // namespace loom_test
