// Requests of a callback handler in a running loop, on both backends: a file is written and read in
// hooks, the table of requests is bounded, and a stop ends what is in flight.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <string>

#include "loom/backend/epoll.hpp"
#include "loom/backend/io_uring.hpp"
#include "loom/program.hpp"
#include "loom/reactor.hpp"
#include "loom/run_reactor.hpp"
#include "request_fixture.hpp"
#include "scripted_handler.hpp"

namespace loom_test {

struct RequestShape : loom::ReactorShape {
  static constexpr const char* name = "main";
  static constexpr const char* thread_name = "test:main";
  static constexpr int core = loom::core_any;
  static constexpr loom::WaitMode wait = loom::WaitMode::block;
  static constexpr std::uint64_t spin_nanoseconds = 0;
  static constexpr std::uint32_t completion_batch = 64;
  static constexpr std::uint32_t submission_entries = 64;
  static constexpr std::uint32_t completion_entries = 128;
  static constexpr std::uint32_t own_handles = 0;
  static constexpr std::uint32_t handles = 64;
  static constexpr std::uint32_t buffer_groups = 0;
  static constexpr std::uint32_t maximum_buffers = 1;
  static constexpr std::uint32_t requests = 3;
  static constexpr std::uint32_t delivery_offset = 1024;
  static constexpr std::uint32_t delivery_bytes = 1024;
  static constexpr std::uint32_t inbox_offset = delivery_offset + 128 + delivery_bytes;
  static constexpr std::uint32_t inbox_bytes = 1024;
  static constexpr std::uint32_t shared_bytes = inbox_offset + 128 + inbox_bytes;
};

}  // namespace loom_test

namespace {

using loom_test::RequestShape;
namespace ask_for = loom::system;

loom_test::Journal* journal = nullptr;
std::string path;
int quiet_pipe = -1;

/// Opens, writes, reads and closes a file, one after the other; and waits for a pipe that stays
/// empty, twice.
struct Scribe : loom::HandlerBase<Scribe> {
  enum Step : std::uint64_t { opened, written, flushed, read_back, closed, never, cancelled };

  void on_start() {
    note(ask(ask_for::open_at(AT_FDCWD, path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600), opened));
    note(ask(ask_for::poll_add(quiet_pipe, POLLIN), never));
    const auto third = ask(ask_for::poll_add(quiet_pipe, POLLIN), cancelled);
    note(third);
    note(ask(ask_for::nop(), closed));
    if (third) this->cancel(*third);
  }

  void on_complete(loom::Completed done) {
    journal->add(std::to_string(done.token) + ": " +
                 (done.token == opened ? std::string("descriptor") : std::to_string(done.result)));
    switch (static_cast<Step>(done.token)) {
      case opened:
        file = done.result;
        return note(ask(ask_for::write(file, loom_test::bytes_of("order book"), 0), written));
      case written: return note(ask(ask_for::fsync(file), flushed));
      case flushed: return note(ask(ask_for::read(file, loom_test::room_in(text), 0), read_back));
      case read_back: return note(ask(ask_for::close(file), closed));
      case closed: return journal->add(text);
      case never:
      case cancelled: return;
    }
  }

 private:
  loom::Result<loom::Ticket> ask(const ask_for::Request& request, Step step) {
    return this->submit(request, step);
  }
  static void note(const loom::Result<loom::Ticket>& ticket) {
    if (!ticket) journal->add(ticket.error().name());
  }

  int file = -1;
  std::string text = std::string(10, '.');
};

template <class Backend>
class Emitted : public loom::Reactor<Emitted<Backend>, Backend, RequestShape> {
 public:
  using Shape = RequestShape;

  void dispatch(const loom::Completion& completion) noexcept {
    switch (completion.tag.operation()) {
      case loom::common_operation::request: return this->request_completed(completion);
      default: this->core_.stats().add(loom::Stat::stale_completions);
    }
  }
  loom::StartError start_fds(loom::ReactorRun& run) noexcept {
    handler_.attach_reactor(this->core_);
    return this->start_streams(run);
  }
  void begin() {
    handler_.on_start();
    this->begin_streams();
  }
  template <class Visit>
  void each_stream(Visit&&) noexcept {}
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
  Scribe handler_;
};

constexpr loom::PoolEntry pool{.name = "disk", .threads = 1, .queue_entries = 2};
constexpr loom::ReactorEntry entry{
    .name = "main",
    .shared_bytes = RequestShape::shared_bytes,
    .run = &loom::run_reactor<Emitted, RequestShape, loom::IoUring, loom::Epoll>,
    .blocking_pool = 0};
constexpr loom::ProgramTable table{"test", loom::shared_abi, &entry, 1, &pool, 1};

class RequestProgram : public testing::TestWithParam<const char*> {};

TEST_P(RequestProgram, HandlersUseFilesAndAStopEndsWhatWaits) {
  loom_test::Journal notes;
  journal = &notes;
  const loom_test::Folder folder;
  path = folder.file("book");
  const loom_test::Pipe quiet;
  quiet_pipe = quiet.reader.get();
  loom_test::SharedBlock block(RequestShape::shared_bytes);
  loom::RunningProgram program;
  loom::ProgramStart start;
  start.reactors[0].shared = block.data();
  start.backend = GetParam();
  const loom::StartReport report = program.start(start);
  if (!report.ok) {
    ASSERT_STREQ(report.code, loom::start_code::backend_unavailable) << report.message;
    GTEST_SKIP() << "this machine does not offer " << GetParam();
  }
  EXPECT_TRUE(notes.wait_for("order book"));
  EXPECT_TRUE(notes.wait_for("6: -125")) << "cancelled by its ticket";
  EXPECT_EQ(notes.count("exhausted"), 1U) << "three slots, four requests";
  EXPECT_EQ(notes.count("5: -125"), 0U) << "it still waits";
  program.request_stop();
  program.join();
  EXPECT_EQ(notes.count("5: -125"), 1U) << "a stop cancels it";
  for (const char* event : {"0: descriptor", "1: 10", "2: 0", "3: 10", "4: 0"}) {
    EXPECT_EQ(notes.count(event), 1U) << event;
  }
  EXPECT_EQ(block.stat(loom::Stat::in_flight), 0U);
  EXPECT_EQ(block.stat(loom::Stat::stale_completions), 0U);
  EXPECT_EQ(block.stat(loom::Stat::allocations_after_init), 0U);
}

INSTANTIATE_TEST_SUITE_P(Backends, RequestProgram, testing::Values("io_uring", "epoll"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace

const loom::ProgramTable& loom::program_table() noexcept { return table; }
