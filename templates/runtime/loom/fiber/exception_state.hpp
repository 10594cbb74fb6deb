// What the C++ runtime knows of the exceptions of one thread of control, so that each fiber can
// have its own.
#pragma once

#include <cxxabi.h>

#include <cstring>

#if defined(_LIBCPP_VERSION)
// libc++abi has the function that its header does not declare.
extern "C" void* __cxa_get_globals() noexcept;  // NOLINT(*-reserved-identifier)
#endif

namespace loom {

/// The C++ runtime's exceptions of one thread of control: what is being handled and what is in
/// flight (Itanium C++ ABI, 2.2.2). Without an own one for each fiber, `throw;` after a wait
/// inside `catch` would throw another fiber's exception.
class ExceptionState {
 public:
  /// Exchanges the thread's state and this one.
  void exchange() noexcept {
#if defined(_LIBCPP_VERSION)
    void* globals = ::__cxa_get_globals();
#else
    void* globals = abi::__cxa_get_globals();
#endif
    Words now{};
    std::memcpy(&now, globals, sizeof now);
    std::memcpy(globals, &words_, sizeof words_);
    words_ = now;
  }
  /// Forgets an earlier fiber's.
  void reset() noexcept { words_ = {}; }

 private:
  struct Words {
    void* caught = nullptr;
    unsigned uncaught = 0;
  };
  Words words_;
};

}  // namespace loom
