// A stop with an operation that no cancellation ends: the kernel's worker copies into memory that a
// fault handler of ours holds up, as a slow disk would. The stop gives up in its time, and what the
// reactor's memory held stays mapped for as long as the kernel may write there.
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "fiber_fixture.hpp"
#include "loom/framing.hpp"

namespace {

using loom::Stat;
using loom_test::Descriptor;

struct IdleFd {
  using Handler = loom::FiberStream<IdleFd, loom_test::FiberHandler<IdleFd>, 0>;
  using Framing = loom::RawFraming;
  static constexpr loom::StackClass stacks{"connections", 65536, 1, 0};
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = 1,
                           .buffer_bytes = 1024,
                           .buffer_count = 4,
                           .write_queue_bytes = 4096,
                           .options = {.reuse_address = true, .backlog = 4}});
};

/// A page; whoever touches it first waits until it is released.
class HeldPage {
 public:
  HeldPage() {
    fault_fd_ = Descriptor(static_cast<int>(::syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK)));
    uffdio_api api{};
    api.api = UFFD_API;
    if (fault_fd_.get() < 0 || ::ioctl(fault_fd_.get(), UFFDIO_API, &api) != 0) return;
    void* memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uffdio_register range{};
    range.range = {reinterpret_cast<std::uint64_t>(memory), bytes};
    range.mode = UFFDIO_REGISTER_MODE_MISSING;
    is_held_ = ::ioctl(fault_fd_.get(), UFFDIO_REGISTER, &range) == 0;
    page_ = static_cast<std::byte*>(memory);
  }
  HeldPage(const HeldPage&) = delete;
  HeldPage& operator=(const HeldPage&) = delete;
  ~HeldPage() {
    release();
    ::munmap(page_, bytes);
  }
  /// False where userfaultfd(2) is not allowed.
  [[nodiscard]] bool is_held() const { return is_held_; }
  [[nodiscard]] std::byte* data() const { return page_; }
  /// Whether somebody waits for the page.
  [[nodiscard]] bool has_visitor() const { return loom_test::wait_for(fault_fd_.get(), POLLIN); }
  void release() {
    uffdio_zeropage zero{};
    zero.range = {reinterpret_cast<std::uint64_t>(page_), bytes};
    if (is_held_) ::ioctl(fault_fd_.get(), UFFDIO_ZEROPAGE, &zero);
    is_held_ = false;
  }

 private:
  static constexpr std::size_t bytes = 4096;
  Descriptor fault_fd_;
  std::byte* page_ = nullptr;
  bool is_held_ = false;
};

class UnfinishedStop : public loom_test::FiberProgramTest<IdleFd> {
 protected:
  void customise(loom::ProgramStart& start) override {
    start.context = &journal_;
    start.log = [](void* journal, const char* line) noexcept {
      static_cast<loom_test::Journal*>(journal)->add(line);
    };
  }
  void TearDown() override {
    page_.release();
    program_.join();
  }
  /// Whether the page of `address` is mapped.
  static bool is_mapped(const void* address) {
    constexpr std::uintptr_t page_mask = 4095;
    auto* page = reinterpret_cast<char*>(reinterpret_cast<std::uintptr_t>(address) & ~page_mask);
    unsigned char resident = 0;
    return ::mincore(page, 1, &resident) == 0;
  }

  HeldPage page_;
};
INSTANTIATE_TEST_SUITE_P(On, UnfinishedStop, testing::Values("io_uring"), loom_test::backend_name);

TEST_P(UnfinishedStop, LeavesTheReactorsMemoryToTheKernel) {
  if (!page_.is_held()) GTEST_SKIP() << "this machine does not allow userfaultfd(2)";
  const Descriptor file(::memfd_create("disk", MFD_CLOEXEC));
  ASSERT_EQ(::pwrite(file.get(), "late", 4, 0), 4);
  const loom::ReactorCore* core = nullptr;
  script_.on_start = [&](loom::ReactorCore& its_core) {
    core = &its_core;
    EXPECT_TRUE(its_core.fibers().spawn(1, "reads", [&] {
      auto request = loom::system::read(file.get(), {page_.data(), 4}, 0);
      // A worker of the ring makes the call, so that the loop goes on.
      request.flags |= loom::system::request_flag::asynchronous;
      static_cast<void>(loom::await(request));
    }));
  };
  LOOM_START_OR_SKIP();
  ASSERT_TRUE(page_.has_visitor());
  program_.request_stop();
  ASSERT_TRUE(eventually([&] { return program_.stopped(); })) << "the stop waits for a disk";
  EXPECT_EQ(stat(Stat::in_flight), 1U);
  EXPECT_TRUE(is_mapped(core));
  EXPECT_EQ(journal_.count("loom: reactors.main stopped with 1 operations that no cancellation "
                           "ends; its memory stays, because the kernel may still write to it."),
            1U);
  page_.release();
  program_.join();
  EXPECT_EQ(std::memcmp(page_.data(), "late", 4), 0) << "it did";
}

}  // namespace
