// The reference of fibers: a pair of jumps of Boost.Context's fcontext, into another stack and
// back, and nothing around it. Usage: jump switch|create WARMUP_MS MEASURED_MS; `create` makes a
// new context on the same stack for each pair.
#include <boost/context/detail/fcontext.hpp>
#include <cstddef>
#include <cstring>

#include "repeat.hpp"

namespace {

using boost::context::detail::fcontext_t;
using boost::context::detail::jump_fcontext;
using boost::context::detail::make_fcontext;
using boost::context::detail::transfer_t;

alignas(4096) std::byte stack[65536];

void answer_forever(transfer_t from) {
  for (;;) from = jump_fcontext(from.fctx, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: %s switch|create WARMUP_MS MEASURED_MS\n", argv[0]);
    return 2;
  }
  const bool creates = std::strcmp(argv[1], "create") == 0;
  const auto make = [] {
    return make_fcontext(stack + sizeof stack, sizeof stack, answer_forever);
  };
  fcontext_t other = make();
  if (creates) {
    bench::repeat(bench::extent_of(argv + 2), [&](std::uint32_t count) {
      while (count-- != 0) jump_fcontext(make(), nullptr);
    });
    return 0;
  }
  bench::repeat(bench::extent_of(argv + 2), [&](std::uint32_t count) {
    while (count-- != 0) other = jump_fcontext(other, nullptr).fctx;
  });
  return 0;
}
