// A program whose hooks or fibers may hold the loop for a millisecond before the watchdog names
// them. They hold it here until the line has come, so that no machine is too slow for these tests.
#pragma once

#include <string>

#include "loom/watchdog.hpp"
#include "program_fixture.hpp"

namespace loom_test {

/// The budget of such an Fd.
inline constexpr std::uint64_t watched_nanoseconds = 1'000'000;

/// The program around `Fd`, whose names are `Fd::names`.
template <class Fd, template <class> class OneOf = One, template <class> class ScriptOf = Script>
class WatchedProgramTest : public ProgramTest<Fd, OneOf, ScriptOf> {
 protected:
  void SetUp() override {
    ProgramTest<Fd, OneOf, ScriptOf>::SetUp();
    entry_.stall_nanoseconds = Fd::stall_nanoseconds;
    entry_.activities = Fd::names;
    current_table.reactors = &entry_;
  }
  void customise(loom::ProgramStart& program_start) override {
    program_start.context = this;
    program_start.log = [](void* self, const char* line) noexcept {
      static_cast<WatchedProgramTest*>(self)->take_line(line);
    };
  }
  void take_line(const std::string& line) {
    // Without its number, which depends on the machine.
    const std::size_t number = line.find(" for ");
    this->journal_.add(line.substr(0, number) + (line.ends_with(" in all") ? " in all" : ""));
  }
  /// Holds the loop until the watchdog has named `what`.
  void hold(const std::string& what, std::size_t times = 1) {
    EXPECT_TRUE(this->journal_.wait_for("reactors.main: " + what + " has held the loop", times));
  }
  /// The loop has said how long `what` held it.
  bool was_held_by(const std::string& what, std::size_t times = 1) {
    return this->journal_.wait_for("reactors.main: " + what + " held the loop in all", times);
  }

  loom::ReactorEntry entry_ = OneOf<Fd>::entry;
};

}  // namespace loom_test
