// The switch alone, without a reactor: what each side finds again when it goes on. This file is
// built once for every context, and so are all that begin with `fiber_`.
#include <gtest/gtest.h>
#include <unwind.h>

#include <array>
#include <cfenv>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "loom/fiber/context.hpp"
#include "loom/fiber/sanitizer.hpp"

namespace {

/// A fiber on a stack of its own, without a scheduler.
class Switched {
 public:
  using Body = void (*)(Switched&);

  explicit Switched(Body body) : stack_(stack_bytes), body_(body) {
    sanitized_.begin(stack_.data(), stack_bytes);
    context_.prepare(stack_.data() + stack_bytes, stack_bytes, &run, this);
  }

  /// In the test: runs the body until it leaves or ends.
  [[gnu::always_inline]] void enter() noexcept {
    sanitized_.before_enter();
    context_.enter();
    sanitized_.after_enter(over_);
  }

  /// In the body: back to the test.
  [[gnu::always_inline]] void leave() noexcept {
    sanitized_.before_leave(over_);
    context_.leave();
    sanitized_.entered();
  }

  [[nodiscard]] bool over() const noexcept { return over_; }
  [[nodiscard]] bool holds(const void* address) const noexcept {
    const auto* place = static_cast<const std::byte*>(address);
    return place >= stack_.data() && place < stack_.data() + stack_bytes;
  }

  std::uint64_t number = 0;
  std::string text;

 private:
  static constexpr std::size_t stack_bytes = 256 * 1024;

  static void run(void* argument) noexcept {
    auto& self = *static_cast<Switched*>(argument);
    self.sanitized_.entered();
    self.body_(self);
    self.over_ = true;
    self.leave();
    std::abort();
  }

  std::vector<std::byte> stack_;
  loom::FiberContext context_;
  loom::SanitizedFiber sanitized_;
  Body body_;
  bool over_ = false;
};

TEST(FiberContext, RunsOnItsOwnStackAndComesBack) {
  Switched fiber([](Switched& self) {
    const int local = 0;
    self.number = reinterpret_cast<std::uintptr_t>(&local);
    self.leave();
    self.text = "went on";
  });
  fiber.enter();
  EXPECT_FALSE(fiber.over());
#ifndef LOOM_ADDRESS_SANITIZER
  // AddressSanitizer keeps locals on a stack of its own making.
  EXPECT_TRUE(fiber.holds(reinterpret_cast<void*>(fiber.number)));
#endif
  fiber.enter();
  EXPECT_TRUE(fiber.over());
  EXPECT_EQ(fiber.text, "went on");
}

TEST(FiberContext, BeginsOnAnAlignedStack) {
  Switched fiber([](Switched& self) {
    alignas(16) volatile char aligned[16] = {};
    aligned[0] = 1;
    self.number = reinterpret_cast<std::uintptr_t>(&aligned) % 16;
    // Uses aligned SSE moves of its arguments on x86-64 and fails on a stack that is off by 8.
    self.text = std::to_string(0.5 + aligned[0]);
  });
  fiber.enter();
  EXPECT_EQ(fiber.number, 0U);
  EXPECT_EQ(fiber.text.substr(0, 3), "1.5");
}

/// More live values than there are registers, integers and doubles; all are used after the switch.
template <class Switch>
[[gnu::noinline]] double many_values(std::uint64_t seed, Switch&& go) {
  std::array<std::uint64_t, 24> whole{};
  std::array<double, 24> real{};
  for (std::size_t n = 0; n < whole.size(); ++n) {
    whole[n] = seed * (n + 3);
    real[n] = static_cast<double>(seed) / static_cast<double>(n + 1);
  }
  const long double extended = static_cast<long double>(seed) / 3;
  for (int turn = 0; turn < 8; ++turn) {
    go();
    for (std::size_t n = 0; n < whole.size(); ++n) {
      whole[n] = whole[n] * 3 + 1;
      real[n] = real[n] * 0.5 + static_cast<double>(whole[n] % 7);
    }
  }
  return std::accumulate(real.begin(), real.end(), static_cast<double>(extended));
}

TEST(FiberContext, BothSidesFindTheirValuesAgain) {
  Switched fiber([](Switched& self) {
    const double here = many_values(17, [&] { self.leave(); });
    self.number = here == many_values(17, [] {});
  });
  fiber.enter();
  const double here = many_values(29, [&] { fiber.enter(); });
  EXPECT_EQ(here, many_values(29, [] {}));
  EXPECT_TRUE(fiber.over());
  EXPECT_EQ(fiber.number, 1U);
}

TEST(FiberContext, ManyFibersTakeTurns) {
  constexpr std::size_t count = 20;
  std::vector<std::unique_ptr<Switched>> fibers;
  for (std::size_t n = 0; n < count; ++n) {
    fibers.push_back(std::make_unique<Switched>([](Switched& self) {
      for (int turn = 0; turn < 1000; ++turn) {
        self.number += 1;
        self.leave();
      }
    }));
  }
  for (std::uint64_t turn = 1; turn <= 1000; ++turn) {
    for (auto& fiber : fibers) {
      fiber->enter();
      ASSERT_EQ(fiber->number, turn);
    }
  }
  for (auto& fiber : fibers) {
    fiber->enter();
    EXPECT_TRUE(fiber->over());
  }
}

TEST(FiberContext, AnExceptionIsCaughtOnItsOwnStack) {
  Switched fiber([](Switched& self) {
    for (int turn = 0; turn < 3; ++turn) {
      try {
        self.leave();
        throw std::runtime_error("turn " + std::to_string(turn));
      } catch (const std::exception& error) {
        self.text += std::string(error.what()) + ";";
      }
    }
  });
  while (!fiber.over()) fiber.enter();
  EXPECT_EQ(fiber.text, "turn 0;turn 1;turn 2;");
}

TEST(FiberContext, ABacktraceEndsInTheFibersFirstFrame) {
  Switched fiber([](Switched& self) {
    std::array<std::uint64_t, 2> seen{};
    const auto note = [](_Unwind_Context* frame, void* argument) {
      auto& counts = *static_cast<std::array<std::uint64_t, 2>*>(argument);
      counts[0] += 1;
      counts[1] = _Unwind_GetIP(frame);
      return counts[0] == 1000 ? _URC_NORMAL_STOP : _URC_NO_REASON;
    };
    const auto end = _Unwind_Backtrace(note, &seen);
    self.number = seen[0];
    self.text = end == _URC_END_OF_STACK ? "ended" : "lost";
  });
  fiber.enter();
  EXPECT_EQ(fiber.text, "ended");
  EXPECT_GE(fiber.number, 2U);
  EXPECT_LT(fiber.number, 20U) << "it walks past the fiber's first frame";
}

#if !(defined(LOOM_CONTEXT_FCONTEXT) && defined(__aarch64__))
// Boost.Context leaves fpcr alone on AArch64; everybody else keeps it as the ABI asks.
TEST(FiberContext, EachSideRoundsAsItSaid) {
  Switched fiber([](Switched& self) {
    self.number = static_cast<std::uint64_t>(std::fegetround());
    std::fesetround(FE_UPWARD);
    self.leave();
    self.text = std::fegetround() == FE_UPWARD ? "upward" : "changed";
  });
  const int before = std::fegetround();
  fiber.enter();
  EXPECT_EQ(std::fegetround(), before);
  std::fesetround(FE_DOWNWARD);
  fiber.enter();
  EXPECT_EQ(std::fegetround(), FE_DOWNWARD);
  std::fesetround(before);
  EXPECT_EQ(fiber.number, static_cast<std::uint64_t>(before)) << "a fiber begins as its maker does";
  EXPECT_EQ(fiber.text, "upward");
}
#endif

}  // namespace
