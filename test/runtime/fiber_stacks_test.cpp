// What stacks cost and when: address space at start, memory when a fiber first runs, nothing from
// the kernel after that; and classes that do not touch each other.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "loose_fibers.hpp"

#ifdef LOOM_ADDRESS_SANITIZER
#include <sanitizer/lsan_interface.h>
#endif

namespace {

using loom::Failure;
using loom::Stat;
using loom_test::LooseFibers;

/// Waits until the test unwinds it.
void wait_for_ever() {
  loom::FiberWaitList nobody;
  loom::this_threads_fibers().suspend(&nobody, loom::no_deadline);
}

struct ManyStacks {
  static constexpr loom::StackClass stacks[] = {{"many", 16384, 10000, 0}};
  static constexpr std::uint32_t count = 10000;
};

/// Pages of the memory from `begin` to `end` that are in RAM, mincore(2).
std::size_t resident_pages(std::byte* begin, std::byte* end) {
  std::vector<unsigned char> pages(static_cast<std::size_t>(end - begin) / 4096);
  EXPECT_EQ(mincore(begin, pages.size() * 4096, pages.data()), 0);
  std::size_t count = 0;
  for (const unsigned char page : pages) count += page & 1U;
  return count;
}

TEST(FiberStacks, OfTenThousandDeclaredOnlyTheOneThatRunsTakesMemory) {
  LooseFibers<ManyStacks> fibers;
  ASSERT_FALSE(fibers.error) << fibers.error.message;
  loom::Stack used;
  for (std::uint32_t n = 0; n < ManyStacks::count; ++n) {
    const auto fiber = fibers.scheduler().spawn(0, "one of many", [stack = &used] {
      *stack = loom::this_threads_fibers().current()->stack;
      wait_for_ever();
    });
    ASSERT_TRUE(fiber);
  }
  EXPECT_EQ(fibers.stat(Stat::fibers_live), 10000U);
  fibers.scheduler().enter(*fibers.scheduler().take_ready());
  constexpr std::size_t stride = 16384 + loom::stack_guard_bytes;
  std::byte* begin = used.bottom - loom::stack_guard_bytes - stride * used.index;
  const std::size_t resident = resident_pages(begin, begin + stride * ManyStacks::count);
  RecordProperty("resident_pages", std::to_string(resident));
  EXPECT_GE(resident, 1U);
  EXPECT_LE(resident, 16384U / 4096);
  EXPECT_EQ(resident, resident_pages(used.bottom, used.top())) << "all of them the fiber's own";
  EXPECT_EQ(fibers.scheduler().stacks(0).high_water(), 1U);
  fibers.unwind();
}

struct TwoClasses {
  static constexpr loom::StackClass stacks[] = {{"small", 65536, 3, 1}, {"large", 131072, 2, 0}};
  static constexpr std::uint32_t count = 8;
};

TEST(FiberStacks, OneClassWithoutStacksLeavesTheOtherAlone) {
  LooseFibers<TwoClasses> fibers;
  loom::FiberScheduler& scheduler = fibers.scheduler();
  for (int n = 0; n < 3; ++n) EXPECT_TRUE(scheduler.spawn(0, "small", &wait_for_ever));
  fibers.run();
  EXPECT_TRUE(scheduler.spawn(0, "waits for a stack", &wait_for_ever));
  const auto refused = scheduler.spawn(0, "too many", &wait_for_ever);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().failure, Failure::exhausted);
  EXPECT_EQ(fibers.stat(Stat::stacks_exhausted), 1U);
  int ran = 0;
  for (int n = 0; n < 2; ++n) {
    EXPECT_TRUE(scheduler.spawn(1, "large", [count = &ran] { *count += 1; }));
  }
  fibers.run();
  EXPECT_EQ(ran, 2);
  EXPECT_EQ(scheduler.stacks(0).high_water(), 3U);
  EXPECT_EQ(scheduler.stacks(1).high_water(), 1U) << "one after the other";
  fibers.unwind();
  EXPECT_EQ(fibers.stat(Stat::fibers_live), 0U);
  EXPECT_EQ(scheduler.stacks(0).used(), 0U);
}

TEST(FiberStacks, TheLastStackReturnedIsTheNextOneTaken) {
  LooseFibers<TwoClasses> fibers;
  std::byte* bottoms[3] = {};
  for (std::byte*& bottom : bottoms) {
    EXPECT_TRUE(fibers.scheduler().spawn(0, "short", [place = &bottom] {
      *place = loom::this_threads_fibers().current()->stack.bottom;
    }));
    fibers.run();
  }
  EXPECT_NE(bottoms[0], nullptr);
  EXPECT_EQ(bottoms[0], bottoms[1]);
  EXPECT_EQ(bottoms[1], bottoms[2]);
}

#if !defined(LOOM_ADDRESS_SANITIZER) && !defined(LOOM_THREAD_SANITIZER)
/// The process's mappings, proc(5).
std::vector<std::string> mappings() {
  std::ifstream file("/proc/self/maps");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    // The heap is the test's own.
    if (line.find("[heap]") == std::string::npos) lines.push_back(line);
  }
  return lines;
}

// Sanitizers map memory of their own for each fiber.
TEST(FiberStacks, NothingIsMappedWhileFibersComeAndGo) {
  LooseFibers<TwoClasses> fibers;
  const auto round = [&] {
    for (int n = 0; n < 1000; ++n) {
      for (std::uint16_t stack_class = 0; stack_class < 2; ++stack_class) {
        static_cast<void>(fibers.scheduler().spawn(stack_class, "short", [] { loom::yield(); }));
      }
      fibers.run();
    }
  };
  round();
  // Twice, because the reading itself allocates.
  std::vector<std::string> before = mappings();
  before = mappings();
  round();
  EXPECT_EQ(before, mappings());
}
#endif

#ifdef LOOM_ADDRESS_SANITIZER
/// Waits while its stack alone knows of a piece of the heap.
[[gnu::noinline]] void hold_memory() {
  const auto memory = std::make_unique<std::vector<int>>(1000);
  wait_for_ever();
}

TEST(FiberStacks, WhatOnlyASuspendedFiberKnowsIsNoLeak) {
  LooseFibers<TwoClasses> fibers;
  EXPECT_TRUE(fibers.scheduler().spawn(0, "holds memory", &hold_memory));
  fibers.run();
  EXPECT_EQ(__lsan_do_recoverable_leak_check(), 0);
  fibers.unwind();
}
#endif

static_assert(loom::stack_stride_bytes(8192, 4096) == 12288);
static_assert(loom::stack_stride_bytes(20480, 65536) == 131072, "the next guard begins on a page");

}  // namespace
