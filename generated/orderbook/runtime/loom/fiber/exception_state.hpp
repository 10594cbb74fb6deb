// What the C++ runtime knows of the exceptions of one thread of control, so that each fiber can
// have its own.
#pragma once

#include <cxxabi.h>

#include <cstring>

#if defined(_LIBCPP_VERSION)
// libc++abi has it and its header does not say so.
namespace __cxxabiv1 {
struct __cxa_eh_globals;
extern "C" __cxa_eh_globals* __cxa_get_globals();
}  // namespace __cxxabiv1
#endif

namespace loom {

/// The C++ runtime's exceptions of one thread of control: what is being handled and what is in
/// flight (Itanium C++ ABI, 2.2.2). Without an own one for each fiber, `throw;` after a wait
/// inside `catch` would throw another fiber's exception.
class ExceptionState {
 public:
  /// Exchanges the thread's state and this one.
  void exchange() noexcept {
    void* globals = abi::__cxa_get_globals();
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
