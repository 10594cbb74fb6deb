// What JavaScript asks of files, with a producer that stands in for it: the same ring, arena and
// outcomes, driven by the test's thread, on both backends. Outcomes that find no room are told
// later, and what makes no sense harms nobody.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "byte_ring_consumer.hpp"
#include "file_fixture.hpp"
#include "loom/js_request.hpp"

namespace {

using loom::JsOutcome;
using loom::JsRequest;
using loom::JsRequestKind;
using loom::Stat;

constexpr std::uint32_t count = 8;

struct Shape : loom_test::FileReactorShape {
  static constexpr std::uint32_t delivery_bytes = 128;
  static constexpr std::uint32_t inbox_offset = delivery_offset + 128 + delivery_bytes;
  static constexpr std::uint32_t js_requests = count;
  static constexpr std::uint32_t js_request_offset = inbox_offset + 128 + inbox_bytes;
  static constexpr std::uint32_t js_request_entries = 4 * count;
  static constexpr std::uint32_t js_arena_offset = 8192;
  static constexpr std::uint32_t js_arena_bytes = 8192;
  static constexpr std::uint32_t shared_bytes = js_arena_offset + js_arena_bytes;
  using Fibers = loom::NoFibers;
};
static_assert(Shape::js_request_offset + 128 + Shape::js_request_entries * sizeof(JsRequest) <=
              Shape::js_arena_offset);

struct DataFd {
  static constexpr loom::FileShape shape{.name = "data",
                                         .index = 3,
                                         .path = "unused",
                                         .mode = loom::FileMode::read_write,
                                         .create = true,
                                         .permissions = 0600};
};

template <class Backend>
class Emitted : public loom::Reactor<Emitted<Backend>, Backend, ::Shape> {
 public:
  using Shape = ::Shape;

  void dispatch(const loom::Completion& completion) noexcept {
    if (completion.tag.operation() == loom::common_operation::js_request) {
      return this->js_request_completed(completion);
    }
    this->core_.stats().add(Stat::stale_completions);
  }
  loom::StartError start_fds(loom::ReactorRun& run) noexcept {
    if (loom::StartError error = file_.start(this->core_, this->backend_, run)) return error;
    return this->start_js_requests();
  }
  void begin() {}
  template <class Visit>
  void each_stream(Visit&&) noexcept {}
  template <class Visit>
  void each_timer(Visit&&) noexcept {}
  template <class Visit>
  void each_channel(Visit&&) noexcept {}
  template <class Visit>
  void each_file(Visit&& visit) noexcept {
    visit(file_);
  }
  bool command_for(const loom::Record&) noexcept { return true; }

 private:
  loom::FileFamily<DataFd> file_;
};

/// Everything that an outcome says: number, errno, value.
using Outcome = std::vector<std::int64_t>;

class JsRequests : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    static constexpr loom::PoolEntry disk{.name = "disk", .threads = 1, .queue_entries = 2};
    entry_ = {"main", Shape::shared_bytes,
              &loom::run_reactor<Emitted, Shape, loom::IoUring, loom::Epoll>};
    entry_.blocking_pool = 0;
    loom_test::current_table = {"test", loom::shared_abi, &entry_, 1};
    loom_test::current_table.pools = &disk;
    loom_test::current_table.pool_count = 1;
    ASSERT_NE(::mkdtemp(folder_), nullptr);
    path_ = std::string(folder_) + "/file";
    sem_init(&woken_, 0, 0);
  }
  void TearDown() override {
    program_.join();
    EXPECT_EQ(block_.stat(Stat::in_flight), 0U);
    ::unlink((std::string(folder_) + "/file").c_str());
    ::rmdir(folder_);
  }

  /// Starts on path_; false where the backend is not to be had.
  bool start() {
    override_ = {"data", path_.c_str()};
    loom::ProgramStart program_start;
    program_start.reactors[0].shared = block_.data();
    program_start.backend = GetParam();
    program_start.addresses = &override_;
    program_start.address_count = 1;
    program_start.context = this;
    program_start.wake_js = [](void* self) noexcept {
      sem_post(&static_cast<JsRequests*>(self)->woken_);
    };
    program_start.log = [](void* self, const char* line) noexcept {
      static_cast<JsRequests*>(self)->lines_.add(line);
    };
    const loom::StartReport report = program_.start(program_start);
    if (!report.ok) {
      EXPECT_STREQ(report.code, loom::start_code::backend_unavailable);
    }
    consumer_ = loom_test::ByteRingConsumer(
        loom::ring_header(block_.data(), Shape::delivery_offset),
        loom::ring_data(block_.data(), Shape::delivery_offset), Shape::delivery_bytes);
    return report.ok;
  }

  /// Writes an entry, as RequestRing of the bindings does.
  void ask(JsRequestKind kind, std::uint32_t number, std::uint32_t bytes = 0,
           std::uint64_t offset = 0, std::uint16_t fd = 3) {
    JsRequest request{};
    request.kind = static_cast<std::uint16_t>(kind);
    request.fd = fd;
    request.number = number;
    request.generation = generations_[number];
    request.memory = number * 512;
    request.bytes = bytes;
    request.offset = offset;
    put(request);
  }
  void put(const JsRequest& request) {
    loom::RingHeader& header = loom::ring_header(block_.data(), Shape::js_request_offset);
    std::byte* data = loom::ring_data(block_.data(), Shape::js_request_offset);
    const std::uint32_t place = tail_ % Shape::js_request_entries;
    std::memcpy(data + place * sizeof request, &request, sizeof request);
    tail_ += 1;
    header.tail.store(tail_);
    loom::ControlBlock& control = loom::control_block(block_.data());
    if (control.reactor_sleeping.exchange(0) == 1) program_.wake(0);
  }
  std::byte* memory(std::uint32_t number) {
    return block_.data() + Shape::js_arena_offset + number * 512;
  }
  void fill(std::uint32_t number, const std::string& text) {
    std::memcpy(memory(number), text.data(), text.size());
  }
  std::string text(std::uint32_t number, std::size_t bytes) {
    return {reinterpret_cast<const char*>(memory(number)), bytes};
  }

  /// The next outcome, for which this sleeps like JavaScript.
  Outcome next() {
    loom::ControlBlock& control = loom::control_block(block_.data());
    for (;;) {
      if (const auto record = consumer_.peek()) {
        EXPECT_EQ(record->event, static_cast<std::uint16_t>(loom::DeliveryEvent::completed));
        EXPECT_EQ(record->generation, generations_[record->slot]);
        JsOutcome outcome{};
        std::memcpy(&outcome, record->bytes.data(), sizeof outcome);
        generations_[record->slot] += 1;
        const Outcome result{record->slot, outcome.system_error,
                             static_cast<std::int64_t>(outcome.value)};
        consumer_.release();
        if (control.delivery_stalled.exchange(0) == 1) program_.wake(0);
        return result;
      }
      control.js_armed.exchange(1);
      if (!consumer_.empty()) continue;
      timespec limit{};
      clock_gettime(CLOCK_REALTIME, &limit);
      limit.tv_sec += 20;
      if (sem_timedwait(&woken_, &limit) != 0) return {};
    }
  }

  loom_test::SharedBlock block_{Shape::shared_bytes};
  loom_test::Journal lines_;
  loom::ReactorEntry entry_;
  char folder_[32] = "/var/tmp/loom_js_XXXXXX";
  std::string path_;
  loom::AddressOverride override_;
  sem_t woken_{};
  loom_test::ByteRingConsumer consumer_;
  std::uint32_t tail_ = 0;
  std::map<std::uint32_t, std::uint32_t> generations_;
  loom::RunningProgram program_;
};
INSTANTIATE_TEST_SUITE_P(On, JsRequests, loom_test::both_backends(), loom_test::backend_name);

#define START_OR_SKIP() \
  if (!start()) GTEST_SKIP() << "this machine does not offer " << GetParam()

TEST_P(JsRequests, EachIsDoneAndTold) {
  START_OR_SKIP();
  fill(0, "asks bids");
  ask(JsRequestKind::write, 0, 9, 5);
  EXPECT_EQ(next(), (Outcome{0, 0, 9}));
  ask(JsRequestKind::sync_data, 1);
  EXPECT_EQ(next(), (Outcome{1, 0, 0}));
  ask(JsRequestKind::read, 0, 100, 5);
  EXPECT_EQ(next(), (Outcome{0, 0, 9})) << "fewer at the end of the file";
  EXPECT_EQ(text(0, 9), "asks bids");
  ask(JsRequestKind::size, 2, 256);
  EXPECT_EQ(next(), (Outcome{2, 0, 14}));
  ask(JsRequestKind::truncate, 3, 0, 9);
  EXPECT_EQ(next(), (Outcome{3, 0, 0}));
  ask(JsRequestKind::sync, 3);
  EXPECT_EQ(next(), (Outcome{3, 0, 0}));
  std::ifstream in(path_, std::ios::binary);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), std::string(5, '\0') + "asks");
}

TEST_P(JsRequests, OutcomesThatFindNoRoomAreToldLater) {
  START_OR_SKIP();
  // Four outcomes fill the ring.
  for (int round = 0; round < 20; ++round) {
    for (std::uint32_t number = 0; number < count; ++number) {
      ask(JsRequestKind::write, number, 1, number);
    }
    std::map<std::int64_t, int> told;
    for (std::uint32_t n = 0; n < count; ++n) {
      const Outcome outcome = next();
      ASSERT_EQ(outcome.size(), 3U) << "a wake-up was lost";
      told[outcome[0]] += 1;
    }
    EXPECT_EQ(told.size(), count) << "each once";
  }
  EXPECT_GT(block_.stat(Stat::delivery_stalls), 0U);
}

TEST_P(JsRequests, WhatMakesNoSenseHarmsNobody) {
  START_OR_SKIP();
  ask(JsRequestKind::read, 0, 10, 0, 99);
  EXPECT_EQ(next(), (Outcome{0, EBADF, 0}));
  ask(JsRequestKind::size, 1, 8);
  EXPECT_EQ(next(), (Outcome{1, EINVAL, 0})) << "no room for the answer";
  ask(static_cast<JsRequestKind>(77), 1);
  EXPECT_EQ(next(), (Outcome{1, EINVAL, 0}));
  ask(JsRequestKind::cancel, 2);
  JsRequest outside{};
  outside.kind = static_cast<std::uint16_t>(JsRequestKind::read);
  outside.fd = 3;
  outside.number = count;
  put(outside);
  outside.number = 2;
  outside.memory = Shape::js_arena_bytes - 10;
  outside.bytes = 11;
  put(outside);
  outside.memory = 0xffffffff;
  put(outside);
  ask(JsRequestKind::sync, 3);
  EXPECT_EQ(next(), (Outcome{3, 0, 0})) << "the loop goes on";
}

TEST_P(JsRequests, ACancellationEndsTheRequestOfItsGeneration) {
  // A terminal at whose other end nobody ever writes.
  path_ = "/dev/ptmx";
  START_OR_SKIP();
  ask(JsRequestKind::read, 0, 10);
  ask(JsRequestKind::cancel, 0);
  EXPECT_EQ(next(), (Outcome{0, ECANCELED, 0}));
  ask(JsRequestKind::read, 0, 10);
  JsRequest earlier{};
  earlier.kind = static_cast<std::uint16_t>(JsRequestKind::cancel);
  earlier.number = 0;
  earlier.generation = generations_[0] - 1;
  put(earlier);
  ask(JsRequestKind::cancel, 0);
  EXPECT_EQ(next(), (Outcome{0, ECANCELED, 0}));
}

TEST_P(JsRequests, AStopCancelsWhatIsOut) {
  path_ = "/dev/ptmx";
  START_OR_SKIP();
  for (std::uint32_t number = 0; number < 3; ++number) ask(JsRequestKind::read, number, 10);
  program_.request_stop();
  for (int n = 0; n < 3; ++n) EXPECT_EQ(next()[1], ECANCELED);
}

}  // namespace
