// Files in callback style on both backends: hooks submit the requests that a file makes and hear of
// each by its token; the table of requests bounds them, and a stop in between loses none.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "file_fixture.hpp"
#include "request_fixture.hpp"

namespace {

using loom::Bytes;
using loom::Completed;
using loom::Failure;
using loom_test::FileHandler;

struct DataFd {
  static constexpr loom::FileShape shape{.name = "data",
                                         .path = "unused",
                                         .mode = loom::FileMode::read_write,
                                         .create = true,
                                         .permissions = 0600,
                                         .buffer_bytes = 4096,
                                         .buffer_count = 1};
};
struct JournalFd {
  static constexpr loom::FileShape shape{.name = "journal",
                                         .path = "unused",
                                         .mode = loom::FileMode::append,
                                         .create = true,
                                         .permissions = 0600};
};

constexpr std::uint64_t slots = loom_test::FileReactorShape::requests;

/// A file whose calls a pool makes where the backend cannot.
template <class Fd>
class FileRequests : public loom_test::FileProgramTest<Fd> {
 protected:
  void SetUp() override {
    loom_test::FileProgramTest<Fd>::SetUp();
    this->use_pool();
  }
  void done() { this->script_.journal.add("done"); }
};
using DataRequests = FileRequests<DataFd>;
using JournalRequests = FileRequests<JournalFd>;
INSTANTIATE_TEST_SUITE_P(Backends, DataRequests, loom_test::both_backends(),
                         loom_test::backend_name);
INSTANTIATE_TEST_SUITE_P(Backends, JournalRequests, loom_test::both_backends(),
                         loom_test::backend_name);

TEST_P(DataRequests, WriteSyncReadAndCutTheFileOneAfterTheOther) {
  enum : std::uint64_t { written, synced, read_back, past_the_end, cut, synced_again };
  std::string text(9, '.');
  std::vector<int> results;
  const bool ran = run(
      [](FileHandler& handler) {
        EXPECT_TRUE(handler.submit(handler.file.writing_at(5, "asks bids"), written));
      },
      [&](FileHandler& handler, Completed done_now) {
        const loom::File& file = handler.file;
        results.push_back(done_now.result);
        EXPECT_FALSE(done_now.more);
        EXPECT_EQ(done_now.token + 1, results.size()) << "each once, in their order";
        const auto ask = [&](const loom::system::Request& request, std::uint64_t token) {
          EXPECT_TRUE(handler.submit(request, token));
        };
        switch (done_now.token) {
          case written: return ask(file.syncing(), synced);
          case synced: return ask(file.reading_at(5, loom_test::room_in(text)), read_back);
          case read_back: return ask(file.reading_at(14, loom_test::room_in(text)), past_the_end);
          case past_the_end: return ask(file.truncating(9), cut);
          case cut: return ask(file.syncing_data(), synced_again);
          default: return done();
        }
      });
  if (!ran) GTEST_SKIP() << "this machine does not offer " << GetParam();
  EXPECT_EQ(results, (std::vector<int>{9, 0, 9, 0, 0, 0}));
  EXPECT_EQ(text, "asks bids");
  EXPECT_EQ(contents(), std::string(5, '\0') + "asks");
}

TEST_P(DataRequests, TransferFromABufferThatIsLent) {
  loom::FileBuffer buffer;
  const bool ran = run(
      [&](FileHandler& handler) {
        auto lent = handler.file.lend();
        ASSERT_TRUE(lent);
        buffer = std::move(*lent);
        for (std::byte& byte : buffer.bytes()) byte = std::byte{'b'};
        EXPECT_TRUE(handler.submit(handler.file.writing_at(0, Bytes(buffer.bytes())), 0));
      },
      [&](FileHandler& handler, Completed done_now) {
        EXPECT_EQ(done_now.result, 4096);
        if (done_now.token == 1) {
          EXPECT_EQ(buffer.bytes()[4095], std::byte{'b'});
          buffer = {};
          return done();
        }
        for (std::byte& byte : buffer.bytes()) byte = std::byte{0};
        EXPECT_TRUE(handler.submit(handler.file.reading_at(0, buffer.bytes()), 1));
      });
  if (!ran) GTEST_SKIP() << "this machine does not offer " << GetParam();
  EXPECT_EQ(contents(), std::string(4096, 'b'));
}

TEST_P(DataRequests, MoreThanTheTableHoldsAreRefusedAndAskedForAgain) {
  static const std::string letters = "abcdefghij";
  std::uint64_t next = 0;
  std::uint64_t completed = 0;
  std::uint64_t refused = 0;
  const auto write_on = [&](FileHandler& handler) {
    while (next < letters.size()) {
      const Bytes one(std::string_view(letters).substr(next, 1));
      const auto ticket = handler.submit(handler.file.writing_at(next, one), next);
      if (!ticket) {
        EXPECT_EQ(ticket.error().failure, Failure::exhausted);
        refused += 1;
        return;
      }
      next += 1;
    }
  };
  const bool ran = run(
      [&](FileHandler& handler) {
        write_on(handler);
        EXPECT_EQ(next, slots);
      },
      [&](FileHandler& handler, Completed done_now) {
        EXPECT_EQ(done_now.result, 1);
        completed += 1;
        write_on(handler);
        if (completed == letters.size()) done();
      });
  if (!ran) GTEST_SKIP() << "this machine does not offer " << GetParam();
  EXPECT_EQ(refused, letters.size() - slots);
  EXPECT_EQ(contents(), letters);
}

TEST_P(JournalRequests, AppendWhateverTheOffsetSays) {
  static const std::string lines[] = {"one,", "two,", "three"};
  fill("before,");
  const bool ran = run(
      [](FileHandler& handler) {
        EXPECT_TRUE(handler.submit(handler.file.writing_at(0, Bytes(lines[0])), 0));
      },
      [&](FileHandler& handler, Completed done_now) {
        EXPECT_EQ(done_now.result, static_cast<int>(lines[done_now.token].size()));
        const std::uint64_t next = done_now.token + 1;
        if (next == std::size(lines)) return done();
        EXPECT_TRUE(handler.submit(handler.file.writing_at(0, Bytes(lines[next])), next));
      });
  if (!ran) GTEST_SKIP() << "this machine does not offer " << GetParam();
  EXPECT_EQ(contents(), "before,one,two,three");
}

TEST_P(JournalRequests, AStopCompletesEachAndTakesNoMore) {
  const std::string line(100, 'x');
  std::uint64_t asked = 0;
  std::uint64_t written = 0;
  std::uint64_t completed = 0;
  bool closed = false;
  const auto append = [&](FileHandler& handler) {
    const auto ticket = handler.submit(handler.file.writing_at(0, Bytes(line)), asked);
    asked += ticket ? 1 : 0;
    closed = closed || ticket.error().failure == Failure::closed;
  };
  script_.on_start = [&](FileHandler& handler) {
    for (std::uint64_t n = 0; n < slots; ++n) append(handler);
  };
  script_.on_complete = [&](FileHandler& handler, Completed done_now) {
    completed += 1;
    EXPECT_TRUE(done_now.result == 100 || done_now.result == -ECANCELED) << done_now.result;
    written += done_now.result > 0 ? 1 : 0;
    script_.journal.add("completed");
    append(handler);
  };
  const loom::StartReport report = start();
  if (!report.ok) GTEST_SKIP() << report.message;
  ASSERT_TRUE(script_.journal.wait_for("completed", 50));
  program_.request_stop();
  program_.join();
  EXPECT_TRUE(closed);
  EXPECT_EQ(completed, asked);
  EXPECT_EQ(contents().size(), written * 100) << "what was told is there, whole";
}

}  // namespace
