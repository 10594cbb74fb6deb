// A profiler that is there before main(), so that zones of initialisers are recorded too.
#include <tracy/Tracy.hpp>

namespace {

[[gnu::constructor(101)]] void connect() {
  tracy::GetProfiler().connect();
}

}  // namespace
