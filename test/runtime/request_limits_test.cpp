// What runs out is a result: the disk, the file's size limit, the descriptors. Nothing is lost and
// nothing ends.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <string>

#include "request_fixture.hpp"

namespace {

namespace ask_for = loom::system;
using loom_test::bytes_of;
using loom_test::Descriptor;
using loom_test::room_in;

template <class Which>
using Requests = loom_test::Requests<Which>;
TYPED_TEST_SUITE(Requests, loom_test::RequestBackends, loom_test::BackendNames);

/// A soft limit that is as it was when this goes.
class SoftLimit {
 public:
  SoftLimit(__rlimit_resource what, rlim_t value) : what_(what) {
    EXPECT_EQ(::getrlimit(what_, &before_), 0);
    rlimit now = before_;
    now.rlim_cur = value;
    EXPECT_EQ(::setrlimit(what_, &now), 0);
  }
  SoftLimit(const SoftLimit&) = delete;
  SoftLimit& operator=(const SoftLimit&) = delete;
  ~SoftLimit() { ::setrlimit(what_, &before_); }

 private:
  __rlimit_resource what_;
  rlimit before_{};
};

TYPED_TEST(Requests, AFullDiskIsAResultAndTheFileGoesOn) {
  const Descriptor full(::open("/dev/full", O_RDWR | O_CLOEXEC));
  ASSERT_GE(full.get(), 0);
  EXPECT_EQ(this->ask(ask_for::write(full.get(), bytes_of("lost?"))), -ENOSPC);
  const Descriptor journal(this->open(this->folder.file("journal"), O_APPEND));
  EXPECT_EQ(this->ask(ask_for::write(journal.get(), bytes_of("kept"))), 4);
  EXPECT_EQ(this->ask(ask_for::fallocate(journal.get(), 0, 0, std::uint64_t{1} << 62U)), -EFBIG);
  std::string text(5, '.');
  EXPECT_EQ(this->ask(ask_for::read(journal.get(), room_in(text), 0)), 4);
}

TYPED_TEST(Requests, AFileThatMayNotGrowTakesWhatFits) {
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  const Descriptor file(this->open(this->folder.file("bounded")));
  {
    const SoftLimit limit(RLIMIT_FSIZE, 10);
    EXPECT_EQ(this->ask(ask_for::write(file.get(), bytes_of("12345678"), 0)), 8);
    EXPECT_EQ(this->ask(ask_for::write(file.get(), bytes_of("abcdefgh"), 8)), 2) << "the rest";
    EXPECT_EQ(this->ask(ask_for::write(file.get(), bytes_of("z"), 10)), -EFBIG);
  }
  EXPECT_EQ(this->ask(ask_for::write(file.get(), bytes_of("cd"), 10)), 2) << "and it goes on";
  std::string text(12, '.');
  EXPECT_EQ(this->ask(ask_for::read(file.get(), room_in(text), 0)), 12);
  EXPECT_EQ(text, "12345678abcd");
  std::signal(SIGXFSZ, before);
}

TYPED_TEST(Requests, NoDescriptorLeftIsAResult) {
  const std::string path = this->folder.file("many");
  const Descriptor last(this->open(path));
  {
    const SoftLimit limit(RLIMIT_NOFILE, static_cast<rlim_t>(last.get()) + 1);
    EXPECT_EQ(this->open(path), -EMFILE);
    EXPECT_EQ(this->ask(ask_for::socket(AF_INET, SOCK_STREAM)), -EMFILE);
    EXPECT_EQ(this->ask(ask_for::write(last.get(), bytes_of("still"), 0)), 5);
  }
  const Descriptor again(this->open(path));
  EXPECT_GE(again.get(), 0);
}

}  // namespace
