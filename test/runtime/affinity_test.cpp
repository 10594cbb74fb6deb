// Pinning a thread: the list of cores as people read it, the error for a core that is not there,
// and the pinned thread as the kernel sees it.
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <thread>

#include "loom/affinity.hpp"

namespace {

std::string format(std::initializer_list<int> cores, std::size_t size = 128) {
  cpu_set_t set;
  CPU_ZERO(&set);
  for (const int core : cores) CPU_SET(core, &set);
  std::string text(size, '?');
  loom::format_cores(set, text.data(), text.size());
  return text.c_str();
}

TEST(FormatCores, WritesRanges) {
  EXPECT_EQ(format({}), "");
  EXPECT_EQ(format({0}), "0");
  EXPECT_EQ(format({0, 1}), "0-1");
  EXPECT_EQ(format({0, 1, 2, 3, 6}), "0-3,6");
  EXPECT_EQ(format({1, 3, 5}), "1,3,5");
  EXPECT_EQ(format({CPU_SETSIZE - 2, CPU_SETSIZE - 1}), "1022-1023");
}

TEST(FormatCores, LeavesOutWhatDoesNotFit) {
  EXPECT_EQ(format({1, 3, 5}, 4), "1,3");
  EXPECT_EQ(format({1, 3, 5}, 3), "1");
  EXPECT_EQ(format({1000}, 1), "");
}

int first_allowed_core() {
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &set)) return core;
  }
  return -1;
}

TEST(Affinity, PinsTheCallingThreadAndNoOther) {
  const int core = first_allowed_core();
  cpu_set_t before;
  sched_getaffinity(0, sizeof before, &before);
  std::thread([core] {
    const loom::StartError error = loom::pin_this_thread("main", core);
    EXPECT_FALSE(error) << error.message;
    cpu_set_t now;
    CPU_ZERO(&now);
    sched_getaffinity(0, sizeof now, &now);
    EXPECT_EQ(CPU_COUNT(&now), 1);
    EXPECT_TRUE(CPU_ISSET(core, &now));
  }).join();
  cpu_set_t after;
  sched_getaffinity(0, sizeof after, &after);
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(Affinity, ACoreThatIsNotThereIsNamedWithThoseThatAre) {
  for (const int core : {1023, 5000, -7}) {
    std::thread([core] {
      const loom::StartError error = loom::pin_this_thread("md", core);
      ASSERT_TRUE(error) << core;
      EXPECT_STREQ(error.code, "LOOM5003");
      const std::string message = error.message;
      EXPECT_NE(message.find("reactors.md: core " + std::to_string(core)), std::string::npos);
      cpu_set_t allowed;
      sched_getaffinity(0, sizeof allowed, &allowed);
      char cores[128];
      loom::format_cores(allowed, cores, sizeof cores);
      EXPECT_NE(message.find("allowed are " + std::string(cores) + "."), std::string::npos)
          << message;
      EXPECT_NE(message.find("Set reactors.md.core to one of these or to 'any'."),
                std::string::npos)
          << message;
    }).join();
  }
}

}  // namespace
