// Which way of switching stacks this program was built with: `fibers.context` of the config, said
// by the generated build. A program without fibers is built without any, and needs no library.
#pragma once

#if defined(_WIN32)
#include "windows.hpp"
#elif defined(LOOM_CONTEXT_FCONTEXT)
#include "fcontext.hpp"
#elif defined(LOOM_CONTEXT_UCONTEXT)
#include "ucontext.hpp"
#elif defined(LOOM_CONTEXT_ASSEMBLY)
#include "assembly.hpp"
#else
#include <cstddef>
#include <cstdlib>
#endif

namespace loom {

#if defined(_WIN32)
using FiberContext = WindowsFiber;
#elif defined(LOOM_CONTEXT_FCONTEXT)
using FiberContext = Fcontext;
#elif defined(LOOM_CONTEXT_UCONTEXT)
using FiberContext = Ucontext;
#elif defined(LOOM_CONTEXT_ASSEMBLY)
using FiberContext = Assembly;
#else
/// Stands in a program that has no fibers; nothing calls it.
class FiberContext {
 public:
  static constexpr const char* name = "none";
  void prepare(std::byte*, std::size_t, void (*)(void*) noexcept, void*) noexcept {}
  [[noreturn]] void enter() noexcept { std::abort(); }
  [[noreturn]] void leave() noexcept { std::abort(); }
};
#endif

}  // namespace loom
