// A start with every number of free descriptors, for tests of the starts of reactors and of fds.
#pragma once

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <string>

#include "descriptor_table.hpp"
#include "loom/program.hpp"

namespace loom_test {

/// Starts the program with none, one, two descriptors and so on until it runs. Whichever is the one
/// too many, of whichever reactor or fd: the error names the limit, and nothing runs on.
inline void expect_every_shortage_to_be_typed(const char* backend, loom::ProgramStart& start) {
  start.backend = backend;
  bool started = false;
  for (std::size_t left = 0; left < 64 && !started; ++left) {
    const Scarcity scarcity(left);
    loom::RunningProgram program;
    const loom::StartReport report = program.start(start);
    started = report.ok;
    if (started) break;
    EXPECT_TRUE(program.stopped());
    EXPECT_STRNE(report.code, "") << left;
    EXPECT_EQ(report.system_error, EMFILE) << left << ": " << report.message;
    EXPECT_NE(std::string(report.message).find("ulimit -n"), std::string::npos)
        << left << ": " << report.message;
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_TRUE(started) << "64 descriptors are enough for a few small reactors";
}

}  // namespace loom_test
