// Delivery to JavaScript with a consumer that stands in for it: the same rings and wake-ups, driven
// by the test's thread. What matters is a ring that is full: nothing is lost, the loop sleeps
// instead of spinning, and both sides wake each other.
#include <gtest/gtest.h>
#include <semaphore.h>

#include <map>
#include <string>
#include <vector>

#include "byte_ring_consumer.hpp"
#include "program_fixture.hpp"

namespace {

using loom::DeliveryEvent;
using loom::Stat;
using loom_test::Descriptor;

/// The ring towards JavaScript (4096 bytes) is far smaller than what the clients send.
struct JsFd {
  using Handler = loom::JsDelivery<JsFd>;
  using Framing = loom::LengthPrefixedFraming<4, std::endian::little, 1024>;
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .slots = 5,
                           .buffer_bytes = 4096,
                           .buffer_count = 4,
                           .write_queue_bytes = 2048,
                           .first_shared_slot = 0,
                           .options = {.reuse_address = true, .backlog = 64}});
};

/// Longest wait of the consumer; below the loop's own longest wait, which would hide a wake-up that
/// never came.
constexpr int consumer_patience_seconds = 5;
static_assert(consumer_patience_seconds * loom::nanoseconds_per_second <
              loom_test::OneShape<JsFd>::longest_wait_nanoseconds);

class Js : public loom_test::ProgramTest<JsFd> {
 protected:
  using Shape = loom_test::OneShape<JsFd>;

  void SetUp() override {
    ProgramTest::SetUp();
    sem_init(&woken_, 0, 0);
    consumer_ = loom_test::ByteRingConsumer(
        loom::ring_header(block_.data(), Shape::delivery_offset),
        loom::ring_data(block_.data(), Shape::delivery_offset), Shape::delivery_bytes);
    control_ = &loom::control_block(block_.data());
    inbox_ = loom::ByteRingProducer(loom::ring_header(block_.data(), Shape::inbox_offset),
                                    loom::ring_data(block_.data(), Shape::inbox_offset),
                                    Shape::inbox_bytes);
  }
  void customise(loom::ProgramStart& program_start) override {
    program_start.wake_js = [](void* self) noexcept { sem_post(&static_cast<Js*>(self)->woken_); };
    program_start.context = this;
  }

  /// Asks something of a connection, as Connection.close in the bindings does.
  void command(loom::InboxCommand what, std::uint32_t slot, std::uint32_t generation) {
    ASSERT_NE(inbox_.reserve(0), nullptr);
    inbox_.commit({0, JsFd::shape.index, static_cast<std::uint16_t>(what), slot, generation});
    if (control_->reactor_sleeping.exchange(0) == 1) program_.wake(0);
  }

  /// Sends `text` on a connection; false when the inbox has no room for it.
  bool post(std::uint32_t slot, std::uint32_t generation, const std::string& text) {
    const auto bytes = static_cast<std::uint32_t>(text.size());
    std::byte* place = inbox_.reserve(bytes);
    if (place == nullptr) return false;
    std::memcpy(place, text.data(), bytes);
    const auto what = static_cast<std::uint16_t>(loom::InboxCommand::data);
    inbox_.commit({bytes, JsFd::shape.index, what, slot, generation});
    if (control_->reactor_sleeping.exchange(0) == 1) program_.wake(0);
    return true;
  }

  /// Takes the messages of a record with several.
  void take_run(const std::string& payload, std::string& line) {
    runs_ += 1;
    for (std::size_t at = 0; at < payload.size();) {
      loom::RunEntry entry{};
      std::memcpy(&entry, payload.data() + at, sizeof entry);
      line += payload.substr(at + sizeof entry, entry.bytes) + " ";
      at += loom::RunWriter::entry_bytes(entry.bytes);
    }
  }

  /// Takes every record that is there into `lines_`, as JavaScript does, and tells the reactor.
  bool take() {
    bool found = false;
    while (const auto record = consumer_.peek()) {
      found = true;
      const std::string payload(reinterpret_cast<const char*>(record->bytes.data()),
                                record->bytes.size());
      std::string& line = lines_[{record->slot, record->generation}];
      switch (static_cast<DeliveryEvent>(record->event)) {
        case DeliveryEvent::open: line += "open "; break;
        case DeliveryEvent::data: line += payload + " "; break;
        case DeliveryEvent::run: take_run(payload, line); break;
        case DeliveryEvent::end:
          // The bindings answer it the same way, once everything before it was read.
          line += "end ";
          command(loom::InboxCommand::close, record->slot, record->generation);
          break;
        case DeliveryEvent::close: line += "close"; break;
        default: line += "? "; break;
      }
      consumer_.release();
      if (control_->delivery_stalled.load() == 1 && control_->delivery_stalled.exchange(0) == 1) {
        program_.wake(0);
      }
    }
    return found;
  }

  /// Consumes until `done()`, sleeping whenever there is nothing; false when no wake-up comes.
  template <class Done>
  bool consume_until(Done&& done) {
    while (!done()) {
      if (take()) continue;
      control_->js_armed.exchange(1);
      if (take()) {
        control_->js_armed.exchange(0);
        continue;
      }
      timespec limit{};
      clock_gettime(CLOCK_REALTIME, &limit);
      limit.tv_sec += consumer_patience_seconds;
      if (sem_timedwait(&woken_, &limit) != 0) return false;
    }
    return true;
  }

  static std::string framed(const std::string& message) {
    std::string stream;
    JsFd::Framing::frame(loom::Bytes(std::string_view(message)),
                         [&](loom::Bytes part) { stream.append(part.text()); });
    return stream;
  }

  [[nodiscard]] std::size_t closed_lines() const {
    std::size_t count = 0;
    for (const auto& [who, line] : lines_) count += line.ends_with("close") ? 1U : 0U;
    return count;
  }

  /// Fills the ring: one client that sends far more than fits, and waits until the loop stalls.
  Descriptor overfill(int messages) {
    Descriptor client = loom_test::connect_to(port_);
    for (int n = 0; n < messages; ++n) {
      EXPECT_TRUE(loom_test::send_all(client.get(), framed("m" + std::to_string(n))));
    }
    EXPECT_TRUE(eventually([&] { return stat(Stat::delivery_stalls) != 0; }));
    return client;
  }

  sem_t woken_{};
  loom_test::ByteRingConsumer consumer_;
  loom::ByteRingProducer inbox_;
  loom::ControlBlock* control_ = nullptr;
  /// Records with several messages.
  int runs_ = 0;
  /// By slot and generation: everything that connection's records said, in order.
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::string> lines_;
};
INSTANTIATE_TEST_SUITE_P(On, Js, loom_test::both_backends(), loom_test::backend_name);

TEST_P(Js, AFullRingLosesNothingAndBothSidesWakeEachOther) {
  LOOM_START_OR_SKIP();
  Descriptor client = overfill(2000);
  client.close();
  ASSERT_TRUE(consume_until([&] { return closed_lines() == 1; })) << "a wake-up was lost";
  std::string expected = "open ";
  for (int n = 0; n < 2000; ++n) expected += "m" + std::to_string(n) + " ";
  EXPECT_EQ(lines_.begin()->second, expected + "end close");
}

TEST_P(Js, MessagesThatComeTogetherGoTogetherAndStayApart) {
  LOOM_START_OR_SKIP();
  Descriptor client = loom_test::connect_to(port_);
  std::string expected = "open ";
  std::string sent;
  // Of every length modulo 8, empty ones and the longest among them, split by receive buffers.
  for (unsigned n = 0; n < 400; ++n) {
    const std::string message(n % 50 == 49 ? 1024 : n % 50, static_cast<char>('a' + n % 26));
    expected += message + " ";
    sent += framed(message);
  }
  ASSERT_TRUE(loom_test::send_all(client.get(), sent));
  client.close();
  ASSERT_TRUE(consume_until([&] { return closed_lines() == 1; })) << "a wake-up was lost";
  EXPECT_EQ(lines_.begin()->second, expected + "end close");
  EXPECT_EQ(stat(Stat::messages_received), 400U);
  EXPECT_GT(runs_, 0);
}

TEST_P(Js, TheLoopSleepsWhileTheRingIsFull) {
  LOOM_START_OR_SKIP();
  const Descriptor client = overfill(2000);
  for (int round = 0; round < 3; ++round) {
    const std::uint64_t sleeps = stat(Stat::sleeps);
    program_.wake(0);
    EXPECT_TRUE(eventually([&] { return stat(Stat::sleeps) > sleeps; }))
        << "a loop that waits for JavaScript must not spin";
  }
}

TEST_P(Js, ConnectionsThatOpenAndCloseWhileTheRingIsFullAreAllTold) {
  LOOM_START_OR_SKIP();
  Descriptor client = overfill(1000);
  std::vector<Descriptor> others;
  for (int n = 0; n < 4; ++n) {
    others.push_back(loom_test::connect_to(port_));
    ASSERT_TRUE(loom_test::send_all(others.back().get(), framed("other")));
  }
  ASSERT_TRUE(eventually([&] { return stat(Stat::accepted) == 5; }));
  others.clear();
  client.close();
  ASSERT_TRUE(consume_until([&] { return closed_lines() == 5; })) << "a wake-up was lost";
  std::size_t told = 0;
  for (const auto& [who, line] : lines_) told += line == "open other end close" ? 1U : 0U;
  EXPECT_EQ(told, 4U);
}

TEST_P(Js, StopsThoughTheRingIsFull) {
  LOOM_START_OR_SKIP();
  const Descriptor client = overfill(1000);
  const Descriptor other = loom_test::connect_to(port_);
  program_.join();
  EXPECT_TRUE(program_.stopped());
}

TEST_P(Js, ASlotIsNotUsedAgainBeforeItsEndWasTold) {
  LOOM_START_OR_SKIP();
  const Descriptor holder = overfill(1000);
  // The ring stays full, so none of these ends can be told; four slots are left.
  for (int n = 0; n < 8; ++n) {
    Descriptor visitor = loom_test::connect_to(port_);
    ASSERT_TRUE(
        eventually([&] { return stat(Stat::accepted) + stat(Stat::refused) == 2U + unsigned(n); }));
    visitor.close();
  }
  EXPECT_GE(stat(Stat::refused), 4U) << "a slot whose end is untold is still taken";
}

TEST_P(Js, AConnectionWithoutRoomDoesNotHoldUpOthers) {
  LOOM_START_OR_SKIP();
  const Descriptor full = loom_test::connect_to(port_);
  ASSERT_TRUE(consume_until([&] { return lines_.size() == 1; }));
  const Descriptor other = loom_test::connect_to(port_);
  ASSERT_TRUE(consume_until([&] { return lines_.size() == 2; }));
  const auto first = lines_.begin()->first;
  const auto second = std::next(lines_.begin())->first;
  ASSERT_TRUE(loom_test::send_all(full.get(), framed("it is me")));
  const auto says = [&](auto who) { return lines_[who].find("me") != std::string::npos; };
  ASSERT_TRUE(consume_until([&] { return says(first) || says(second); }));
  const auto filled = says(first) ? first : second;
  const auto free = filled == first ? second : first;

  // Whatever its socket, its peer and its write queue hold, and one more.
  std::string expected;
  for (int n = 0; stat(Stat::writes_refused) == 0; ++n) {
    std::string message = std::to_string(n);
    message.resize(1000, '.');
    if (!post(filled.first, filled.second, message)) continue;
    expected += framed(message);
  }
  ASSERT_TRUE(eventually([&] { return post(free.first, free.second, "the other's"); }));
  EXPECT_EQ(loom_test::receive_exactly(other.get(), framed("the other's").size()),
            framed("the other's"));
  // Small enough to find room before what waits: it must not.
  ASSERT_TRUE(eventually([&] { return post(filled.first, filled.second, "the last"); }));
  expected += framed("the last");
  EXPECT_EQ(loom_test::receive_exactly(full.get(), expected.size()), expected);
}

TEST_P(Js, WhatFoundNoRoomGoesOnWhenTheRestWasSentAtOnce) {
  LOOM_START_OR_SKIP();
  const Descriptor client = loom_test::connect_to(port_);
  ASSERT_TRUE(consume_until([&] { return lines_.size() == 1; }));
  const auto who = lines_.begin()->first;
  ASSERT_TRUE(eventually([&] { return control_->reactor_sleeping.load() == 1; }));
  // More than the write queue takes, in the inbox before the loop looks: what is taken first leaves
  // with one send, and nothing else happens then.
  control_->reactor_sleeping.exchange(0);
  std::string expected;
  const std::string message(1000, 'x');
  for (int n = 0; n < 3; ++n) {
    ASSERT_TRUE(post(who.first, who.second, message));
    expected += framed(message);
  }
  program_.wake(0);
  EXPECT_EQ(loom_test::receive_exactly(client.get(), expected.size()), expected);
}

}  // namespace
