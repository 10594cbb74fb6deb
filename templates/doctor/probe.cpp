// What `loomgen doctor` asks the kernel: compiled by the compiler that programs are compiled with,
// so that it also shows that this one knows C++20, and run once. It prints one JSON object. The
// system calls are made by number: whether liburing is installed is another question.
#include <linux/io_uring.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <concepts>
#include <cstdio>
#include <cstring>
#include <span>

namespace {

/// Setup flags of io_uring_setup(2) that headers of older systems lack, by number.
struct Flag {
  const char* name;
  unsigned bits;
};
constexpr std::array flags{
    Flag{.name = "SUBMIT_ALL", .bits = 1U << 7},
    Flag{.name = "COOP_TASKRUN", .bits = 1U << 8},
    Flag{.name = "SINGLE_ISSUER", .bits = 1U << 12},
    Flag{.name = "DEFER_TASKRUN", .bits = (1U << 12) | (1U << 13)},
    Flag{.name = "NO_SQARRAY", .bits = 1U << 16},
};

/// IORING_FEAT_RECVSEND_BUNDLE of Linux 6.10.
constexpr unsigned feature_bundle = 1U << 14;

/// Makes a ring of four entries; gives its descriptor, or a negative errno.
int set_up(unsigned bits, io_uring_params& params) noexcept {
  params = io_uring_params{};
  params.flags = bits;
  const long made = ::syscall(__NR_io_uring_setup, 4, &params);
  return made < 0 ? -errno : static_cast<int>(made);
}

/// Whether IORING_REGISTER_PBUF_RING (5.19) works: receives take their buffers from such a ring.
bool has_buffer_rings(int ring) noexcept {
  constexpr std::size_t bytes = 4096;
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  struct {
    unsigned long long address;
    unsigned entries;
    unsigned short group;
    unsigned short flags;
    unsigned long long reserved[3];
  } given{};
  given.address = reinterpret_cast<unsigned long long>(memory);
  given.entries = 4;
  constexpr unsigned register_buffer_ring = 22;
  return ::syscall(__NR_io_uring_register, ring, register_buffer_ring, &given, 1) == 0;
}

/// How many operations the kernel has (IORING_REGISTER_PROBE), 0 without an answer.
int count_operations(int ring) noexcept {
  constexpr unsigned operations = 256;
  alignas(io_uring_probe) static std::array<char, sizeof(io_uring_probe) +
                                                      operations * sizeof(io_uring_probe_op)>
      memory{};
  auto* probe = reinterpret_cast<io_uring_probe*>(memory.data());
  if (::syscall(__NR_io_uring_register, ring, IORING_REGISTER_PROBE, probe, operations) != 0) {
    return 0;
  }
  int count = 0;
  for (const io_uring_probe_op& each : std::span(probe->ops, probe->ops_len)) {
    count += (each.flags & IO_URING_OP_SUPPORTED) != 0 ? 1 : 0;
  }
  return count;
}

/// A word as JSON has it; there is nothing to escape in what is printed here.
template <std::convertible_to<bool> Value>
void print(const char* name, Value value) {
  std::printf(", \"%s\": %s", name, static_cast<bool>(value) ? "true" : "false");
}

}  // namespace

int main() {
  io_uring_params params{};
  const int ring = set_up(0, params);
  std::printf("{\"error\": %d", ring < 0 ? -ring : 0);
  if (ring >= 0) {
    std::printf(", \"operations\": %d", count_operations(ring));
    print("BUFFER_RINGS", has_buffer_rings(ring));
    print("RECVSEND_BUNDLE", params.features & feature_bundle);
    ::close(ring);
    for (const Flag& flag : flags) {
      const int other = set_up(flag.bits, params);
      print(flag.name, other >= 0);
      if (other >= 0) ::close(other);
    }
  }
  std::printf("}\n");
  return 0;
}
