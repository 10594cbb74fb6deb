// The stacks of one reactor, by size class. All address space is reserved and guarded at start;
// the kernel gives pages only to stacks that run. The last one returned is the next one taken,
// because it is still in the cache. Below each stack lies a page that nobody may touch.
#pragma once

#include <sys/mman.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "../assert.hpp"
#include "../error.hpp"
#include "../system/platform.hpp"

namespace loom {

/// One size class: `stacks.<name>` of the config.
struct StackClass {
  const char* name = "";
  std::uint32_t bytes = 65536;  ///< of one stack, whole pages, the guard page not counted
  std::uint32_t count = 1;      ///< stacks
  std::uint32_t waiting = 0;    ///< fibers that may wait for one; past that a spawn is refused
};

/// Where nobody may write below a stack. -fstack-clash-protection touches every so many bytes of a
/// large frame: a page on x86-64, 64 KiB on AArch64 (gcc, --param
/// stack-clash-protection-guard-size).
#if defined(__aarch64__)
inline constexpr std::size_t stack_guard_bytes = 65536;
#else
inline constexpr std::size_t stack_guard_bytes = 4096;
#endif

/// From one stack's guard to the next: pages may be as large as a guard (16 KiB on Apple's
/// processors), and a guard begins on one.
constexpr std::size_t stack_stride_bytes(std::size_t stack_bytes,
                                         std::size_t guard_bytes = stack_guard_bytes) noexcept {
  return guard_bytes + (stack_bytes + guard_bytes - 1) / guard_bytes * guard_bytes;
}

/// A stack as a fiber holds it.
struct Stack {
  std::byte* bottom = nullptr;  ///< lowest usable byte; the guard page lies below
  std::uint32_t bytes = 0;
  std::uint32_t index = 0;  ///< within its class

  /// One past the highest byte, where a fiber begins.
  [[nodiscard]] std::byte* top() const noexcept { return bottom + bytes; }
};

/// The stacks of one class. `free` is memory for `shape.count` indices, owned by the caller.
class StackPool {
 public:
  StackPool() noexcept = default;
  StackPool(const StackPool&) = delete;
  StackPool& operator=(const StackPool&) = delete;
  ~StackPool() { release_memory(); }

  /// Reserves and guards every stack. Two mappings a stack count against vm.max_map_count.
  StartError open(const StackClass& shape, std::uint32_t* free) noexcept {
    shape_ = &shape;
    free_ = free;
    const std::size_t size = stride() * shape.count;
    void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | system::stack_mapping, -1, 0);
    if (memory == MAP_FAILED) return no_memory(errno);
    memory_ = static_cast<std::byte*>(memory);
    for (std::uint32_t index = 0; index < shape.count; ++index) {
      if (mprotect(memory_ + stride() * index, stack_guard_bytes, PROT_NONE) != 0) {
        return no_memory(errno);
      }
      free_[index] = shape.count - 1 - index;
    }
    free_count_ = shape.count;
    return {};
  }

  /// Takes the stack that was returned last. Only after reserve() said yes.
  Stack take() noexcept {
    LOOM_ASSERT(free_count_ != 0, "a stack is taken after it was reserved");
    free_count_ -= 1;
    const std::uint32_t used = shape_->count - free_count_;
    if (used > high_water_) high_water_ = used;
    return at(free_[free_count_]);
  }

  /// Returns a stack that no fiber runs on any more, and gives up its reservation.
  void give_back(const Stack& stack) noexcept {
    LOOM_ASSERT(free_count_ < shape_->count && reserved_ != 0, "a stack is returned once");
    free_[free_count_] = stack.index;
    free_count_ += 1;
    reserved_ -= 1;
  }

  /// Promises a stack to a fiber that will take it when it first runs; false when all are promised.
  [[nodiscard]] bool reserve() noexcept {
    if (reserved_ == shape_->count) return false;
    reserved_ += 1;
    return true;
  }

  /// The reservation of a fiber that ended before it ever ran.
  void unreserve() noexcept {
    LOOM_ASSERT(reserved_ != 0, "only what was reserved is given up");
    reserved_ -= 1;
  }

  /// Counts a fiber that found neither a stack nor room to wait for one.
  void note_refused() noexcept { refused_ += 1; }

  /// What the config says of this class.
  [[nodiscard]] const StackClass& shape() const noexcept { return *shape_; }
  /// The most stacks that were in use at once.
  [[nodiscard]] std::uint32_t high_water() const noexcept { return high_water_; }
  /// Fibers that found neither a stack nor room to wait for one.
  [[nodiscard]] std::uint32_t refused() const noexcept { return refused_; }
  /// Stacks in use now.
  [[nodiscard]] std::uint32_t used() const noexcept { return shape_->count - free_count_; }

  /// Whether `address` lies in the guard page of one of these stacks; then `index` says of which.
  [[nodiscard]] bool guards(const void* address, std::uint32_t& index) const noexcept {
    const auto* place = static_cast<const std::byte*>(address);
    if (memory_ == nullptr || place < memory_) return false;
    const auto offset = static_cast<std::size_t>(place - memory_);
    if (offset >= stride() * shape_->count) return false;
    index = static_cast<std::uint32_t>(offset / stride());
    return offset % stride() < stack_guard_bytes;
  }

 private:
  [[nodiscard]] std::size_t stride() const noexcept { return stack_stride_bytes(shape_->bytes); }

  [[nodiscard]] Stack at(std::uint32_t index) const noexcept {
    return {memory_ + stride() * index + stack_guard_bytes, shape_->bytes, index};
  }

  StartError no_memory(int error) noexcept {
    release_memory();
    return StartError::make(
        start_code::no_stacks, "", error,
        "stacks.%s: %u stacks of %u bytes cannot be reserved: %s. Declare fewer, "
        "or raise vm.max_map_count (two mappings a stack).",
        shape_->name, shape_->count, shape_->bytes, std::strerror(error));
  }

  void release_memory() noexcept {
    if (memory_ != nullptr) munmap(memory_, stride() * shape_->count);
    memory_ = nullptr;
  }

  const StackClass* shape_ = nullptr;
  std::byte* memory_ = nullptr;
  std::uint32_t* free_ = nullptr;
  std::uint32_t free_count_ = 0;
  std::uint32_t reserved_ = 0;
  std::uint32_t high_water_ = 0;
  std::uint32_t refused_ = 0;
};

}  // namespace loom
