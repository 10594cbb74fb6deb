// Preloaded: rings as kernels before 6.10 make them, which do not have receives that fill several
// buffers (IORING_FEAT_RECVSEND_BUNDLE, io_uring_setup(2)). Such a kernel refuses the receive that
// asks for it, and so does this.
#include <dlfcn.h>
#include <liburing.h>

#include <cstdio>
#include <cstdlib>

namespace {

constexpr unsigned feature_bundles = 1U << 14U;
constexpr unsigned short flag_bundle = 1U << 4U;

/// The library's own function.
template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// Ends the process when an entry that leaves now asks for what the kernel does not have.
void look(const io_uring& ring) {
  const io_uring_sq& queue = ring.sq;
  for (unsigned at = queue.sqe_head; at != queue.sqe_tail; ++at) {
    const io_uring_sqe& entry = queue.sqes[at & *queue.kring_mask];
    if (entry.opcode != IORING_OP_RECV || (entry.ioprio & flag_bundle) == 0) continue;
    std::fputs("older_kernel: a receive asks for a bundle\n", stderr);
    std::abort();
  }
}

}  // namespace

extern "C" {

int io_uring_queue_init_params(unsigned entries, io_uring* ring, io_uring_params* params) {
  static auto* const real =
      next<int(unsigned, io_uring*, io_uring_params*)>("io_uring_queue_init_params");
  const int error = real(entries, ring, params);
  if (error == 0) {
    ring->features &= ~feature_bundles;
    params->features &= ~feature_bundles;
  }
  return error;
}

int io_uring_submit_and_get_events(io_uring* ring) {
  static auto* const real = next<int(io_uring*)>("io_uring_submit_and_get_events");
  look(*ring);
  return real(ring);
}

int io_uring_submit_and_wait_timeout(io_uring* ring, io_uring_cqe** first, unsigned count,
                                     __kernel_timespec* limit, sigset_t* mask) {
  static auto* const real =
      next<int(io_uring*, io_uring_cqe**, unsigned, __kernel_timespec*, sigset_t*)>(
          "io_uring_submit_and_wait_timeout");
  look(*ring);
  return real(ring, first, count, limit, mask);
}
}
