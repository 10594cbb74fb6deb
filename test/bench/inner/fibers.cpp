// What fibers cost, in the context that this was built with. No backend and no loop: a scheduler on
// this thread. Usage: fibers OPERATION WARMUP_MS MEASURED_MS, where OPERATION is
//   switch  into a context and back, without a scheduler
//   yield   a fiber lets the loop have its turn and is run again
//   create  a fiber is spawned, runs and ends
//   baton   a fiber waits, another one posts, and it goes on
#include <cstddef>
#include <cstring>
#include <memory>

#include "loom/fiber/tools.hpp"
#include "loom/fiber_engine.hpp"
#include "repeat.hpp"

namespace {

using bench::Extent;

struct Fibers {
  static constexpr loom::StackClass stacks[] = {{"common", 65536, 4, 0}};
  static constexpr std::uint32_t count = 4;
};

/// A scheduler, and what it asks of a reactor.
class Scheduling {
 public:
  Scheduling() {
    loom::sign_shared_block(shared_);
    core_.attach(
        shared_, [](void*) noexcept {}, nullptr,
        [](void*, const char* line) noexcept { std::fprintf(stderr, "%s\n", line); }, nullptr);
    if (storage_.open(core_)) std::abort();
  }
  /// Unwinds every fiber.
  ~Scheduling() {
    storage_.scheduler.unwind_all();
    while (loom::Fiber* fiber = storage_.scheduler.take_ready()) storage_.scheduler.enter(*fiber);
  }
  Scheduling(const Scheduling&) = delete;
  Scheduling& operator=(const Scheduling&) = delete;

  template <class Body>
  void spawn(Body body) {
    if (!storage_.scheduler.spawn(0, "bench", body)) std::abort();
  }
  /// Runs the fiber that is ready longest.
  void run_one() { storage_.scheduler.enter(*storage_.scheduler.take_ready()); }

 private:
  alignas(128) std::byte shared_[4096] = {};
  loom::ReactorCore core_;
  loom::FiberStorage<Fibers> storage_;
};

void measure_switch(const Extent& extent) {
  alignas(4096) static std::byte stack[65536];
  static loom::FiberContext context;
  context.prepare(
      stack + sizeof stack, sizeof stack,
      [](void*) noexcept {
        for (;;) context.leave();
      },
      nullptr);
  bench::repeat(extent, [](std::uint32_t count) {
    while (count-- != 0) context.enter();
  });
}

void measure_yield(Scheduling& fibers, const Extent& extent) {
  fibers.spawn([] {
    for (;;) loom::yield();
  });
  bench::repeat(extent, [&](std::uint32_t count) {
    while (count-- != 0) fibers.run_one();
  });
}

void measure_create(Scheduling& fibers, const Extent& extent) {
  bench::repeat(extent, [&](std::uint32_t count) {
    while (count-- != 0) {
      fibers.spawn([] {});
      fibers.run_one();
    }
  });
}

/// Two fibers that post to each other: each run of one of them is a wait, its end, and a post.
void measure_baton(Scheduling& fibers, const Extent& extent) {
  static loom::Baton batons[2];
  for (std::size_t own = 0; own < 2; ++own) {
    fibers.spawn([own] {
      for (;;) {
        if (!batons[own].wait()) return;
        batons[own].reset();
        batons[1 - own].post();
      }
    });
    fibers.run_one();
  }
  batons[0].post();
  bench::repeat(extent, [&](std::uint32_t count) {
    while (count-- != 0) fibers.run_one();
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s OPERATION WARMUP_MS MEASURED_MS\n", argv[0]);
    return 2;
  }
  const auto is = [&](const char* operation) { return std::strcmp(argv[1], operation) == 0; };
  const Extent extent = bench::extent_of(argv + 2);
  if (is("switch")) {
    measure_switch(extent);
    return 0;
  }
  const auto fibers = std::make_unique<Scheduling>();
  if (is("yield")) {
    measure_yield(*fibers, extent);
  } else if (is("create")) {
    measure_create(*fibers, extent);
  } else if (is("baton")) {
    measure_baton(*fibers, extent);
  } else {
    std::fprintf(stderr, "no operation '%s'\n", argv[1]);
    return 2;
  }
  return 0;
}
