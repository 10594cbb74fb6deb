// A reactor that JavaScript asks for files and for calls, put together by hand the way loomgen
// emits it, and a fixture that stands in for JavaScript: the same ring, arena and outcomes, driven
// by the test's thread, on both backends.
#pragma once

#include <gtest/gtest.h>
#include <semaphore.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "byte_ring_consumer.hpp"
#include "file_fixture.hpp"
#include "loom/js_call.hpp"
#include "loom/js_request.hpp"

namespace loom_test {

using loom::JsOutcome;
using loom::JsRequest;
using loom::JsRequestKind;
using loom::Stat;

/// Requests in flight.
inline constexpr std::uint32_t js_count = 8;

struct JsShape : FileReactorShape {
  static constexpr std::uint32_t delivery_bytes = 128;
  static constexpr std::uint32_t inbox_offset = delivery_offset + 128 + delivery_bytes;
  static constexpr std::uint32_t js_requests = js_count;
  static constexpr bool js_calls = true;
  static constexpr std::uint32_t js_request_offset = inbox_offset + 128 + inbox_bytes;
  static constexpr std::uint32_t js_request_entries = 4 * js_count;
  static constexpr std::uint32_t js_arena_offset = 8192;
  static constexpr std::uint32_t js_arena_bytes = 8192;
  static constexpr std::uint32_t shared_bytes = js_arena_offset + js_arena_bytes;
  using Fibers = loom::NoFibers;
};
static_assert(JsShape::js_request_offset + 128 + JsShape::js_request_entries * sizeof(JsRequest) <=
              JsShape::js_arena_offset);

/// What a call asks and answers.
struct Ask {
  std::uint32_t value = 0;
};
struct Answer {
  std::uint64_t value = 0;
};

/// Answers calls by what the test wants; on the thread of the pool.
class Answerer : public loom::CallHandlerBase<Answerer> {
 public:
  using Script = std::function<Answer(const Ask& ask, std::function<bool()> is_cancelled)>;
  static inline Script script;

  Answer on_call(auto& call, const Ask& ask) {
    return script(ask, [&call] { return call.is_cancelled(); });
  }
};
struct AnswerCall {
  using Handler = Answerer;
  using Request = Ask;
  using Reply = Answer;
  static constexpr loom::CallShape shape{
      .name = "answer", .index = 1, .reply_offset = 8, .bytes = 32};
};
static_assert(loom::HasOnCall<Answerer, AnswerCall>);

struct JsDataFd {
  static constexpr loom::FileShape shape{.name = "data",
                                         .index = 3,
                                         .path = "unused",
                                         .mode = loom::FileMode::read_write,
                                         .create = true,
                                         .permissions = 0600};
};

template <class Backend>
class JsEmitted : public loom::Reactor<JsEmitted<Backend>, Backend, JsShape> {
 public:
  using Shape = JsShape;

  void dispatch(const loom::Completion& completion) noexcept {
    if (completion.tag.operation() == loom::common_operation::js_request) {
      return this->js_request_completed(completion);
    }
    this->core_.stats().add(Stat::stale_completions);
  }
  loom::StartError start_fds(loom::ReactorRun& run) noexcept {
    if (loom::StartError error = file_.start(this->core_, this->backend_, run)) return error;
    answer_.attach(answerer_, *run.pools[0]);
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
  template <class Visit>
  void each_call(Visit&& visit) noexcept {
    visit(answer_);
  }
  bool command_for(const loom::Record&) noexcept { return true; }

 private:
  loom::FileFamily<JsDataFd> file_;
  Answerer answerer_;
  loom::CallFamily<AnswerCall> answer_;
};

/// Everything that an outcome says: number, errno, value.
using JsOutcomeFacts = std::vector<std::int64_t>;

class JsRequests : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    static constexpr loom::PoolEntry disk{.name = "disk", .threads = 1, .queue_entries = 2};
    entry_ = {"main", JsShape::shared_bytes,
              &loom::run_reactor<JsEmitted, JsShape, loom::IoUring, loom::Epoll>};
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
        loom::ring_header(block_.data(), JsShape::delivery_offset),
        loom::ring_data(block_.data(), JsShape::delivery_offset), JsShape::delivery_bytes);
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
    loom::RingHeader& header = loom::ring_header(block_.data(), JsShape::js_request_offset);
    std::byte* data = loom::ring_data(block_.data(), JsShape::js_request_offset);
    const std::uint32_t place = tail_ % JsShape::js_request_entries;
    std::memcpy(data + place * sizeof request, &request, sizeof request);
    tail_ += 1;
    header.tail.store(tail_);
    loom::ControlBlock& control = loom::control_block(block_.data());
    if (control.reactor_sleeping.exchange(0) == 1) program_.wake(0);
  }
  std::byte* memory(std::uint32_t number) {
    return block_.data() + JsShape::js_arena_offset + number * 512;
  }
  void fill(std::uint32_t number, const std::string& text) {
    std::memcpy(memory(number), text.data(), text.size());
  }
  std::string text(std::uint32_t number, std::size_t bytes) {
    return {reinterpret_cast<const char*>(memory(number)), bytes};
  }

  /// The next outcome, for which this sleeps like JavaScript.
  JsOutcomeFacts next() {
    loom::ControlBlock& control = loom::control_block(block_.data());
    for (;;) {
      if (const auto record = consumer_.peek()) {
        EXPECT_EQ(record->event, static_cast<std::uint16_t>(loom::DeliveryEvent::completed));
        EXPECT_EQ(record->generation, generations_[record->slot]);
        JsOutcome outcome{};
        std::memcpy(&outcome, record->bytes.data(), sizeof outcome);
        generations_[record->slot] += 1;
        const JsOutcomeFacts result{record->slot, outcome.system_error,
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

  loom_test::SharedBlock block_{JsShape::shared_bytes};
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

}  // namespace loom_test
