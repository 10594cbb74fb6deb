// io-wq, the kernel's own threads for requests that would block: no more of them than the Shape
// says, however many requests wait. An open of a FIFO blocks until somebody opens its other end
// (fifo(7)).
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "backend_bench.hpp"
#include "loom/request_operation.hpp"
#include "loom/system/paths.hpp"

namespace {

using loom_test::Descriptor;

/// Opens that block at once; more than either limit below.
constexpr std::uint32_t opens = 24;

template <std::uint32_t limit>
struct Shape : loom_test::TinyShape {
  static constexpr std::uint32_t submission_entries = 32;
  static constexpr std::uint32_t completion_entries = 64;
  static constexpr std::uint32_t bounded_workers = limit;
};

/// Threads of this process that the kernel made for io-wq.
std::uint32_t kernel_workers() {
  std::uint32_t count = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::ifstream file(task.path() / "comm");
    std::string name;
    std::getline(file, name);
    count += name.starts_with("iou-wrk-") ? 1 : 0;
  }
  return count;
}

/// A FIFO in a folder of its own.
class Fifo {
 public:
  Fifo() {
    folder_ = ::mkdtemp(name_);
    path_ = folder_ + "/fifo";
    EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  }
  Fifo(const Fifo&) = delete;
  Fifo& operator=(const Fifo&) = delete;
  ~Fifo() { std::filesystem::remove_all(folder_); }
  [[nodiscard]] const char* path() const { return path_.c_str(); }

 private:
  char name_[32] = "/tmp/loom-workers-XXXXXX";
  std::string folder_;
  std::string path_;
};

/// Lets many opens of a FIFO block until as many threads exist as may, then opens the other end.
/// @returns the most workers that were seen.
template <std::uint32_t limit>
std::uint32_t most_workers() {
  loom_test::LooseCore loose;
  const Fifo fifo;
  const Descriptor wake(eventfd(0, EFD_CLOEXEC));
  const auto ring = std::make_unique<loom::IoUring<Shape<limit>>>();
  const loom::StartError error = ring->open(loose.core, wake.get());
  EXPECT_FALSE(error) << error.message;
  std::vector<loom::RequestOperation> operations(opens);
  for (std::uint32_t n = 0; n < opens; ++n) {
    operations[n].request = loom::system::open_at(AT_FDCWD, fifo.path(), O_RDONLY | O_CLOEXEC);
    operations[n].request.flags |= loom::system::request_flag::asynchronous;
    operations[n].tag = loom::Tag(n, loom::common_operation::request, 1);
    ring->submit(operations[n]);
  }
  Descriptor other_end;
  std::uint32_t most = 0;
  std::uint32_t done = 0;
  const std::uint64_t patience =
      loom::monotonic_nanoseconds() +
      loom_test::patience_milliseconds * loom::nanoseconds_per_millisecond;
  while (done < opens && loom::monotonic_nanoseconds() < patience) {
    ring->enter();
    ring->dispatch(64, [&](const loom::Completion& completion) {
      EXPECT_GE(completion.result, 0);
      ::close(completion.result);
      done += 1;
    });
    const std::uint32_t now = kernel_workers();
    most = now > most ? now : most;
    // Not before as many block as may: the limit must have been reached to mean anything.
    if (most >= limit && other_end.get() < 0) {
      other_end = Descriptor(::open(fifo.path(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
    }
  }
  EXPECT_EQ(done, opens);
  return most;
}

TEST(KernelWorkers, AreAsManyAsTheShapeSaysAndNoMore) {
  if (const loom::StartError error = loom::IoUring<Shape<3>>::probe()) {
    GTEST_SKIP() << error.message;
  }
  EXPECT_EQ(most_workers<3>(), 3U);
  EXPECT_EQ(most_workers<8>(), 8U) << "the count follows the limit";
}

}  // namespace
