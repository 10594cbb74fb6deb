// A program of one file fd whose handler runs a fiber or hooks of the test, put together by hand
// the way loomgen emits it, and the fixture that starts and ends it on both backends.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include "fiber_fixture.hpp"
#include "loom/file_family.hpp"

namespace loom_test {

struct FileStacks {
  static constexpr loom::StackClass stacks[] = {{"common", 65536, 8, 0}};
  static constexpr std::uint32_t count = 8;
};

struct FileReactorShape : loom::ReactorShape {
  static constexpr const char* name = "main";
  static constexpr const char* thread_name = "test:main";
  static constexpr int core = loom::core_any;
  static constexpr loom::WaitMode wait = loom::WaitMode::block;
  static constexpr std::uint64_t spin_nanoseconds = 0;
  static constexpr std::uint32_t completion_batch = 64;
  static constexpr std::uint32_t submission_entries = 64;
  static constexpr std::uint32_t completion_entries = 1024;
  static constexpr std::uint32_t own_handles = 1;
  static constexpr std::uint32_t handles = 64;
  static constexpr std::uint32_t buffer_groups = 0;
  static constexpr std::uint32_t maximum_buffers = 1;
  static constexpr std::uint32_t delivery_offset = 1024;
  static constexpr std::uint32_t delivery_bytes = 4096;
  static constexpr std::uint32_t inbox_offset = delivery_offset + 128 + delivery_bytes;
  static constexpr std::uint32_t inbox_bytes = 4096;
  static constexpr std::uint32_t shared_bytes = inbox_offset + 128 + inbox_bytes;
  static constexpr std::uint32_t memories = 1;
  static constexpr std::uint32_t requests = 4;
  using Fibers = FileStacks;
};

class FileHandler;

/// What the fiber does with the file; the journal says "done" when it is over. Without a body the
/// handler is of callback style, and hooks are what is scripted.
struct FileScript {
  std::function<void(loom::File&)> body;
  std::function<void(FileHandler&)> on_start;
  std::function<void(FileHandler&, loom::Completed)> on_complete;
  Journal journal;
  static inline FileScript* current = nullptr;
};

class FileHandler : public loom::HandlerBase<FileHandler> {
 public:
  loom::File file;

  void on_start() {
    FileScript& script = *FileScript::current;
    if (!script.body) return script.on_start(*this);
    EXPECT_TRUE(this->reactor().fibers().spawn(0, "test", [this] { run(); }));
  }
  void on_complete(loom::Completed done) { FileScript::current->on_complete(*this, done); }

 private:
  void run() {
    FileScript& script = *FileScript::current;
    try {
      script.body(file);
    } catch (const loom::FiberUnwind&) {
      script.journal.add("unwound");
      throw;
    }
    script.journal.add("done");
  }
};

template <class Fd>
struct OneFile {
  template <class Backend>
  class Emitted : public loom::Reactor<Emitted<Backend>, Backend, FileReactorShape> {
   public:
    using Shape = FileReactorShape;

    void dispatch(const loom::Completion& completion) noexcept {
      switch (completion.tag.operation()) {
        case loom::common_operation::request: return this->request_completed(completion);
        case loom::common_operation::fiber: return this->fiber_completed(completion);
        case loom::common_operation::fiber_scope: return this->fiber_scope_expired(completion);
        case loom::common_operation::fiber_timeout: return this->fiber_timed_out(completion);
        default: this->core_.stats().add(loom::Stat::stale_completions);
      }
    }
    loom::StartError start_fds(loom::ReactorRun& run) noexcept {
      handler_.attach_reactor(this->core_);
      if (loom::StartError error = file_.start(this->core_, this->backend_, run)) return error;
      handler_.file = file_.handle();
      return this->start_streams(run);
    }
    void begin() {
      handler_.on_start();
      this->begin_streams();
    }
    template <class Visit>
    void each_stream(Visit&&) noexcept {}
    template <class Visit>
    void each_datagram(Visit&&) noexcept {}
    template <class Visit>
    void each_timer(Visit&&) noexcept {}
    template <class Visit>
    void each_channel(Visit&&) noexcept {}
    template <class Visit>
    void each_handler(Visit&& visit) noexcept {
      visit(handler_);
    }
    bool command_for(const loom::Record&) noexcept { return true; }

   private:
    FileHandler handler_;
    loom::FileFamily<Fd> file_;
  };

  static constexpr loom::ReactorEntry entry{
      "main", FileReactorShape::shared_bytes,
      &loom::run_reactor<Emitted, FileReactorShape, loom::IoUring, loom::Epoll>};
};

/// Starts and ends the program around `Fd` on the backend that the test's parameter names.
template <class Fd>
class FileProgramTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    FileScript::current = &script_;
    entry_ = OneFile<Fd>::entry;
    current_table = {"test", loom::shared_abi, &entry_, 1};
    ASSERT_NE(::mkdtemp(folder_), nullptr);
    path_ = std::string(folder_) + "/file";
  }
  void TearDown() override {
    program_.join();
    EXPECT_EQ(block_.stat(loom::Stat::in_flight), 0U) << "stop leaves no operation in flight";
    EXPECT_EQ(block_.stat(loom::Stat::stale_completions), 0U);
    ::unlink((std::string(folder_) + "/file").c_str());
    ::rmdir(folder_);
  }

  /// Starts the program on path_.
  loom::StartReport start() {
    override_ = {Fd::shape.name, path_.c_str()};
    loom::ProgramStart program_start;
    program_start.reactors[0].shared = block_.data();
    program_start.backend = GetParam();
    program_start.addresses = &override_;
    program_start.address_count = 1;
    program_start.context = &lines_;
    program_start.log = [](void* context, const char* line) noexcept {
      static_cast<Journal*>(context)->add(line);
    };
    return program_.start(program_start);
  }

  /// Runs `body` on a fiber with the file, to its end; false where the backend is not to be had.
  bool run(std::function<void(loom::File&)> body) {
    script_.body = std::move(body);
    return run();
  }

  /// The same with hooks, of which one notes "done".
  bool run(std::function<void(FileHandler&)> on_start,
           std::function<void(FileHandler&, loom::Completed)> on_complete) {
    script_.on_start = std::move(on_start);
    script_.on_complete = std::move(on_complete);
    return run();
  }

  /// Runs what is scripted.
  bool run() {
    const loom::StartReport report = start();
    if (!report.ok) {
      EXPECT_STREQ(report.code, loom::start_code::backend_unavailable) << report.message;
      return false;
    }
    EXPECT_TRUE(script_.journal.wait_for("done"));
    program_.request_stop();
    program_.join();
    return true;
  }

  [[nodiscard]] std::string contents() const {
    std::ifstream in(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  void fill(const std::string& text) const {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
  }

  /// Lets a pool of one worker make the calls that epoll cannot make, as in emitted programs.
  void use_pool() {
    static constexpr loom::PoolEntry disk{.name = "disk", .threads = 1, .queue_entries = 2};
    entry_.blocking_pool = 0;
    current_table.pools = &disk;
    current_table.pool_count = 1;
  }

  FileScript script_;
  Journal lines_;
  loom::ReactorEntry entry_;
  SharedBlock block_{FileReactorShape::shared_bytes};
  char folder_[32] = "/var/tmp/loom_file_XXXXXX";
  std::string path_;
  loom::AddressOverride override_;
  loom::RunningProgram program_;
};

}  // namespace loom_test
