// The switch between the loop and a fiber by a dozen instructions of our own, for x86-64 (System V
// ABI) and AArch64 (AAPCS64). It stands in line in the code around it, which is told that all
// registers change; those that a compiler cannot be told of are kept in the record. Nothing is
// pushed, so the red zone and the unwind tables of the function around stay true. It goes over by
// an indirect jump and never by a return: the processor predicts a return by the calls it has
// seen, and would be wrong each time.
//
// Landing places carry ENDBR64 and BTI. Shadow stacks (CET SHSTK, GCS) are not switched: where the
// C library turns them on for the process, choose `ucontext`, which does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if !defined(__x86_64__) && !defined(__aarch64__)
#error "fibers.context 'assembly' knows x86-64 and AArch64; choose 'fcontext' or 'ucontext'."
#endif

namespace loom {

/// One fiber's end and the loop's end of the switch between them; the members of Fcontext.
class Assembly {
 public:
  static constexpr const char* name = "assembly";

  /// Makes `entry(argument)` run at the next enter(), on the stack that ends at `top`. `entry`
  /// must not return.
  void prepare(std::byte* top, std::size_t /*bytes*/, void (*entry)(void*) noexcept,
               void* argument) noexcept {
    entry_ = entry;
    argument_ = argument;
    fiber_ = Side{};
    std::byte* stack = top - reinterpret_cast<std::uintptr_t>(top) % 16;
#if defined(__x86_64__)
    // As after a call: a return address, null, so that a backtrace ends here.
    stack -= 24;
    std::memset(stack, 0, sizeof(void*));
#endif
    fiber_.stack = stack;
    fiber_.address = reinterpret_cast<std::uintptr_t>(&begin);
    keep_rounding(fiber_);
  }

  /// In the loop: runs the fiber until it leaves.
  [[gnu::always_inline]] void enter() noexcept { go(loop_, fiber_); }

  /// In the fiber: goes back to the loop; returns at the next enter().
  [[gnu::always_inline]] void leave() noexcept { go(fiber_, loop_); }

 private:
  /// Where a side that does not run stands, and what a compiler will not let us clobber.
  struct Side {
    std::byte* stack = nullptr;  ///< rsp, sp
    std::uintptr_t address = 0;  ///< where it goes on
    std::uintptr_t frame = 0;    ///< rbp, x29
    std::uintptr_t base = 0;     ///< rbx, x19: base of frames of dynamic size
    std::uint64_t rounding = 0;  ///< mxcsr and the x87 control word, or fpcr
  };
  static_assert(sizeof(Side) == 40 && offsetof(Side, rounding) == 32);

  /// The first function on a fiber's stack: the jump in go() leaves the Assembly where the first
  /// argument belongs.
  static void begin(Assembly* self) noexcept {
    end_backtrace();
    self->entry_(self->argument_);
  }

#if defined(__GCC_HAVE_DWARF2_CFI_ASM) && defined(__x86_64__)
  /// Says that nobody called this function (DWARF 5, 6.4.4): unwinding ends in it.
  [[gnu::always_inline]] static void end_backtrace() noexcept {
    asm volatile(".cfi_undefined rip");
  }
#elif defined(__GCC_HAVE_DWARF2_CFI_ASM)
  [[gnu::always_inline]] static void end_backtrace() noexcept {
    asm volatile(".cfi_undefined x30");
  }
#else
  static void end_backtrace() noexcept {}
#endif

#if defined(__x86_64__)
  /// A new fiber rounds as its maker does: both words belong to the callee (psABI 3.2.1).
  static void keep_rounding(Side& side) noexcept {
    asm volatile("stmxcsr 32(%0)\n\tfnstcw 36(%0)" : : "r"(&side) : "memory");
  }

  [[gnu::always_inline]] void go(Side& from, Side& to) noexcept {
    Assembly* self = this;
    Side* here = &from;
    Side* there = &to;
    asm volatile(
        "leaq 1f(%%rip), %%rax\n\t"
        "movq %%rsp, 0(%%rsi)\n\t"
        "movq %%rax, 8(%%rsi)\n\t"
        "movq %%rbp, 16(%%rsi)\n\t"
        "movq %%rbx, 24(%%rsi)\n\t"
        "stmxcsr 32(%%rsi)\n\t"
        "fnstcw 36(%%rsi)\n\t"
        "movq 0(%%rdx), %%rsp\n\t"
        "movq 8(%%rdx), %%rcx\n\t"
        "movq 16(%%rdx), %%rbp\n\t"
        "movq 24(%%rdx), %%rbx\n\t"
        "ldmxcsr 32(%%rdx)\n\t"
        "fldcw 36(%%rdx)\n\t"
        "jmpq *%%rcx\n"
        "1:\n\t"
        "endbr64"
        : "+D"(self), "+S"(here), "+d"(there)
        :
        : "rax", "rcx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "xmm0", "xmm1",
          "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
          "xmm13", "xmm14", "xmm15", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)",
          "st(7)",
#if defined(__AVX512F__)
          "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25",
          "xmm26", "xmm27", "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6",
          "k7",
#endif
          "cc", "memory");
  }
#else
  /// A new fiber rounds as its maker does: the control bits belong to the callee (AAPCS64 6.1.2).
  static void keep_rounding(Side& side) noexcept {
    asm volatile("mrs %0, fpcr" : "=r"(side.rounding));
  }

  [[gnu::always_inline]] void go(Side& from, Side& to) noexcept {
    // Writing fpcr drains the pipeline on some cores, so it is only written when it differs.
    register Assembly* self asm("x0") = this;
    register Side* here asm("x1") = &from;
    register Side* there asm("x2") = &to;
    asm volatile(
        "adr x3, 1f\n\t"
        "mov x4, sp\n\t"
        "mrs x5, fpcr\n\t"
        "stp x4, x3, [x1]\n\t"
        "stp x29, x19, [x1, #16]\n\t"
        "str x5, [x1, #32]\n\t"
        "ldp x4, x16, [x2]\n\t"
        "ldp x29, x19, [x2, #16]\n\t"
        "ldr x6, [x2, #32]\n\t"
        "mov sp, x4\n\t"
        "mov x30, #0\n\t"
        "cmp x5, x6\n\t"
        "b.eq 2f\n\t"
        "msr fpcr, x6\n"
        "2:\n\t"
        "br x16\n"
        "1:\n\t"
        "hint #36"  // bti j, also for assemblers that do not know it
        : "+r"(self), "+r"(here), "+r"(there)
        :
        : "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16",
          "x17", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "x30", "v0", "v1",
          "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15",
          "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28",
          "v29", "v30", "v31",
#if !defined(__APPLE__)
          "x18",  // reserved there: nobody has a value in it
#endif
#if defined(__ARM_FEATURE_SVE)
          "p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13",
          "p14", "p15",
#endif
          "cc", "memory");
  }
#endif

  Side loop_;
  Side fiber_;
  void (*entry_)(void*) noexcept = nullptr;
  void* argument_ = nullptr;
};

}  // namespace loom
