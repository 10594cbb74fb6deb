// How long a client waits before it tries again: doubled with each failure up to the maximum, less
// a random part of up to half, so that clients cut off together do not return together.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "loom/framing.hpp"
#include "loom/stream_lifecycle.hpp"
#include "support.hpp"

namespace {

constexpr std::uint64_t initial = 100 * loom::nanoseconds_per_millisecond;
constexpr std::uint64_t maximum = 10 * loom::nanoseconds_per_second;

struct Quiet : loom::HandlerBase<Quiet> {
  void on_data(auto&, loom::Bytes) {}
};
struct ClientFd {
  using Handler = Quiet;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape{.slots = 1,
                                           .buffer_bytes = 64,
                                           .buffer_count = 1,
                                           .write_queue_bytes = 64,
                                           .reconnect_initial_nanoseconds = initial,
                                           .reconnect_maximum_nanoseconds = maximum};
};
struct NeverFd : ClientFd {
  static constexpr loom::StreamShape shape{
      .slots = 1, .buffer_bytes = 64, .buffer_count = 1, .write_queue_bytes = 64};
};

/// No backend at all: nothing here starts an operation.
struct NoBackend {
  void submit(loom::Operation&) noexcept {}
  void release_buffer(std::uint16_t, std::uint16_t) noexcept {}
};

template <class Fd>
class Lifecycle : public loom::StreamLifecycle<Lifecycle<Fd>, NoBackend> {
 public:
  Lifecycle() {
    this->core_.attach(block.data(), nullptr, nullptr, nullptr, nullptr);
    family.attach(this->core_, handler);
    family.addresses.count = 1;
  }
  /// How long the slot waits after one more failure; no_deadline when it never tries again.
  std::uint64_t next_pause() {
    auto& slot = family.slots[0];
    this->core_.wheel().disarm(slot.deadline);
    const std::uint64_t before = loom::monotonic_nanoseconds();
    this->schedule_reconnect(family, slot);
    const std::uint64_t after = loom::monotonic_nanoseconds();
    if (!slot.deadline.armed()) return loom::no_deadline;
    latest_pause = slot.deadline.due_nanoseconds - before;
    return slot.deadline.due_nanoseconds - after;
  }
  void stop() { this->stopping_ = true; }

  loom_test::SharedBlock block{4096};
  Quiet handler;
  loom::StreamFamily<Fd> family;
  /// The same pause measured from before the call: the true one lies between the two.
  std::uint64_t latest_pause = 0;
};

TEST(Reconnect, TheNthPauseLiesBetweenHalfAndAllOfItsBound) {
  for (int round = 0; round < 200; ++round) {
    Lifecycle<ClientFd> lifecycle;
    std::uint64_t bound = initial;
    for (int failure = 0; failure < 100; ++failure) {
      const std::uint64_t pause = lifecycle.next_pause();
      ASSERT_LE(pause, bound) << "after failure " << failure;
      ASSERT_GE(lifecycle.latest_pause, bound / 2) << "after failure " << failure;
      bound = std::min(2 * bound, maximum);
    }
  }
}

TEST(Reconnect, ThePausesAreSpreadOverTheWholeHalf) {
  Lifecycle<ClientFd> lifecycle;
  for (int failure = 0; failure < 10; ++failure) lifecycle.next_pause();
  std::uint64_t shortest = loom::no_deadline;
  std::uint64_t longest = 0;
  for (int n = 0; n < 2000; ++n) {
    const std::uint64_t pause = lifecycle.next_pause();
    shortest = std::min(shortest, pause);
    longest = std::max(longest, lifecycle.latest_pause);
  }
  // 2000 even draws miss a tenth of the range with a chance of 10^-91.
  EXPECT_LT(shortest, maximum / 2 + maximum / 20);
  EXPECT_GT(longest, maximum - maximum / 20);
}

TEST(Reconnect, AsksTheLoopToLookInTime) {
  Lifecycle<ClientFd> lifecycle;
  lifecycle.next_pause();
  const std::uint64_t due = lifecycle.family.slots[0].deadline.due_nanoseconds;
  EXPECT_GE(lifecycle.core().wheel().next_deadline(), due);
  EXPECT_LT(lifecycle.core().wheel().next_deadline() - due, loom::TimerWheel::tick_nanoseconds);
}

TEST(Reconnect, NeverHappensWithoutAPauseOrWhileStopping) {
  Lifecycle<NeverFd> never;
  EXPECT_EQ(never.next_pause(), loom::no_deadline);
  Lifecycle<ClientFd> stopping;
  stopping.stop();
  EXPECT_EQ(stopping.next_pause(), loom::no_deadline);
}

}  // namespace
