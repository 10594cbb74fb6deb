// A journal on a disk that is really full, on both backends and in both styles: what was written is
// told and stays, each further append says ENOSPC, and appends go on once there is room.
#include <gtest/gtest.h>

#include <string>

#include "file_fixture.hpp"
#include "request_fixture.hpp"
#include "tiny_disk.hpp"

namespace {

using loom::Bytes;
using loom::Error;
using loom::Failure;
using loom::File;
using loom_test::FileHandler;

struct JournalFd {
  static constexpr loom::FileShape shape{.name = "journal",
                                         .path = "unused",
                                         .mode = loom::FileMode::append,
                                         .create = true,
                                         .permissions = 0600};
};

/// No multiple of a page, so that the last one fits in part.
constexpr std::uint32_t entry_bytes = 3000;

/// The entry number `n`: each is unlike its neighbours.
std::string entry_of(std::uint64_t n) {
  return std::string(entry_bytes, static_cast<char>('a' + n % 26));
}

class FullDisk : public loom_test::FileProgramTest<JournalFd> {
 protected:
  void SetUp() override {
    FileProgramTest::SetUp();
    if (!disk_.why_not().empty()) GTEST_SKIP() << disk_.why_not();
    use_pool();
    path_ = disk_.file("journal");
    disk_.take(loom_test::tiny_disk_bytes / 2);
  }

  /// The journal has the entries 0 to `whole` - 1, `part` bytes of the next, and `rest`.
  void expect_journal(std::uint64_t whole, std::uint64_t part, const std::string& rest) const {
    std::string expected;
    for (std::uint64_t n = 0; n < whole; ++n) expected += entry_of(n);
    EXPECT_TRUE(contents() == expected + entry_of(whole).substr(0, part) + rest)
        << whole << " whole entries, " << part << " bytes of one";
  }

  loom_test::TinyDisk disk_;
};
INSTANTIATE_TEST_SUITE_P(Backends, FullDisk, loom_test::both_backends(), loom_test::backend_name);

TEST_P(FullDisk, AFibersAppendTellsWhatFittedAndGoesOnWhenThereIsRoom) {
  std::uint64_t whole = 0;
  std::uint64_t part = 0;
  const bool ran = run([&](File& file) {
    auto result = file.append(Bytes(entry_of(0)));
    for (; result && whole < 100; result = file.append(Bytes(entry_of(whole)))) {
      EXPECT_EQ(*result, whole * entry_bytes);
      whole += 1;
    }
    part = result.error().done_bytes;
    EXPECT_EQ(result.error(), (Error{Failure::system, ENOSPC, part}));
    EXPECT_EQ(*file.size(), whole * entry_bytes + part);
    for (int n = 0; n < 3; ++n) {
      EXPECT_EQ(file.append("lost").error(), (Error{Failure::system, ENOSPC}));
    }
    EXPECT_TRUE(file.sync());
    disk_.make_room();
    EXPECT_EQ(*file.append("after,"), whole * entry_bytes + part);
    EXPECT_EQ(*file.append("and on"), whole * entry_bytes + part + 6);
  });
  if (!ran) GTEST_SKIP() << "this machine does not offer " << GetParam();
  EXPECT_GT(whole, 0U);
  EXPECT_GT(part, 0U);
  expect_journal(whole, part, "after,and on");
}

TEST_P(FullDisk, AHooksAppendTellsWhatFittedAndGoesOnWhenThereIsRoom) {
  enum : std::uint64_t { entry, remainder, again };
  std::string bytes = entry_of(0);
  std::uint64_t whole = 0;
  std::uint32_t part = 0;
  int refused = 0;
  const auto append = [&](FileHandler& handler, std::uint64_t token) {
    const Bytes rest = Bytes(bytes).part(part, entry_bytes - part);
    EXPECT_TRUE(handler.submit(handler.file.writing_at(0, rest), token));
  };
  const bool ran = run([&](FileHandler& handler) { append(handler, entry); },
                       [&](FileHandler& handler, loom::Completed done) {
                         if (done.token == entry && done.result == int{entry_bytes}) {
                           whole += 1;
                           bytes = entry_of(whole);
                           return append(handler, entry);
                         }
                         if (done.token == entry) {
                           part = static_cast<std::uint32_t>(done.result);
                           return append(handler, remainder);
                         }
                         if (done.token == again) {
                           EXPECT_EQ(done.result, static_cast<int>(entry_bytes - part));
                           return script_.journal.add("done");
                         }
                         EXPECT_EQ(done.result, -ENOSPC);
                         refused += 1;
                         if (refused == 3) disk_.make_room();
                         append(handler, refused == 3 ? again : remainder);
                       });
  if (!ran) GTEST_SKIP() << "this machine does not offer " << GetParam();
  EXPECT_GT(whole, 0U);
  EXPECT_GT(part, 0U);
  expect_journal(whole + 1, 0, "");
}

}  // namespace
