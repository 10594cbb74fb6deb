// Files through requests, on both backends: the same calls give the same results, errors included.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
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

TYPED_TEST(Requests, AFileIsWrittenReadAndFlushed) {
  const std::string path = this->folder.file("book");
  const Descriptor file(this->open(path));
  ASSERT_GE(file.get(), 0);
  EXPECT_EQ(this->ask(ask_for::write(file.get(), bytes_of("bids asks"), 0)), 9);
  EXPECT_EQ(this->ask(ask_for::fsync(file.get())), 0);
  EXPECT_EQ(this->ask(ask_for::fdatasync(file.get())), 0);
  std::string text(4, '.');
  EXPECT_EQ(this->ask(ask_for::read(file.get(), room_in(text), 5)), 4);
  EXPECT_EQ(text, "asks");
  EXPECT_EQ(this->ask(ask_for::read(file.get(), room_in(text), 9)), 0) << "the end of the file";
}

TYPED_TEST(Requests, TheFilesOwnOffsetMoves) {
  const Descriptor file(this->open(this->folder.file("own")));
  EXPECT_EQ(this->ask(ask_for::write(file.get(), bytes_of("one"))), 3);
  EXPECT_EQ(this->ask(ask_for::write(file.get(), bytes_of("two"))), 3);
  std::string text(6, '.');
  EXPECT_EQ(this->ask(ask_for::read(file.get(), room_in(text), 0)), 6);
  EXPECT_EQ(text, "onetwo");
}

TYPED_TEST(Requests, AppendingGoesToTheEnd) {
  const std::string path = this->folder.file("journal");
  const Descriptor first(this->open(path, O_APPEND));
  const Descriptor second(this->open(path, O_APPEND));
  EXPECT_EQ(this->ask(ask_for::write(first.get(), bytes_of("a"))), 1);
  EXPECT_EQ(this->ask(ask_for::write(second.get(), bytes_of("b"))), 1);
  EXPECT_EQ(this->ask(ask_for::write(first.get(), bytes_of("c"))), 1);
  std::string text(3, '.');
  EXPECT_EQ(this->ask(ask_for::read(first.get(), room_in(text), 0)), 3);
  EXPECT_EQ(text, "abc");
}

TYPED_TEST(Requests, SeveralPiecesAreOneCall) {
  const Descriptor file(this->open(this->folder.file("pieces")));
  std::string head = "head";
  std::string tail = "tail";
  const std::array<iovec, 2> pieces{iovec{head.data(), 4}, iovec{tail.data(), 4}};
  EXPECT_EQ(this->ask(ask_for::writev(file.get(), pieces, 0)), 8);
  std::string one(3, '.');
  std::string other(9, '.');
  const std::array<iovec, 2> rooms{iovec{one.data(), 3}, iovec{other.data(), 9}};
  EXPECT_EQ(this->ask(ask_for::readv(file.get(), rooms, 0)), 8);
  EXPECT_EQ(one + other.substr(0, 5), "headtail");
}

TYPED_TEST(Requests, FilesGrowShrinkAndTakeAdvice) {
  const Descriptor file(this->open(this->folder.file("grown")));
  EXPECT_EQ(this->ask(ask_for::fallocate(file.get(), 0, 0, 8192)), 0);
  struct statx status {};
  EXPECT_EQ(this->ask(ask_for::statx(file.get(), "", AT_EMPTY_PATH, STATX_SIZE, &status)), 0);
  EXPECT_EQ(status.stx_size, 8192U);
  EXPECT_EQ(this->ask(ask_for::ftruncate(file.get(), 100)), 0);
  EXPECT_EQ(this->ask(ask_for::statx(file.get(), "", AT_EMPTY_PATH, STATX_SIZE, &status)), 0);
  EXPECT_EQ(status.stx_size, 100U);
  EXPECT_EQ(this->ask(ask_for::fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED)), 0);
  EXPECT_EQ(this->ask(ask_for::sync_file_range(file.get(), 100, 0, SYNC_FILE_RANGE_WRITE)), 0);
}

TYPED_TEST(Requests, NamesAreMadeMovedLinkedAndRemoved) {
  const std::string inner = this->folder.file("inner");
  const std::string old_path = inner + "/old";
  const std::string new_path = inner + "/new";
  const std::string hard = inner + "/hard";
  const std::string soft = inner + "/soft";
  EXPECT_EQ(this->ask(ask_for::mkdir(inner.c_str(), 0700)), 0);
  EXPECT_EQ(this->ask(ask_for::mkdir(inner.c_str(), 0700)), -EEXIST);
  { const Descriptor file(this->open(old_path)); }
  EXPECT_EQ(this->ask(ask_for::rename(old_path.c_str(), new_path.c_str())), 0);
  EXPECT_EQ(this->ask(ask_for::link(new_path.c_str(), hard.c_str())), 0);
  EXPECT_EQ(this->ask(ask_for::symlink("new", soft.c_str())), 0);
  struct statx status {};
  EXPECT_EQ(this->ask(ask_for::statx(AT_FDCWD, soft.c_str(), 0, STATX_NLINK, &status)), 0);
  EXPECT_EQ(status.stx_nlink, 2U);
  EXPECT_EQ(this->ask(ask_for::unlink(inner.c_str(), AT_REMOVEDIR)), -ENOTEMPTY);
  for (const std::string& path : {new_path, hard, soft}) {
    EXPECT_EQ(this->ask(ask_for::unlink(path.c_str())), 0) << path;
  }
  EXPECT_EQ(this->ask(ask_for::unlink(new_path.c_str())), -ENOENT);
  EXPECT_EQ(this->ask(ask_for::unlink(inner.c_str(), AT_REMOVEDIR)), 0);
}

TYPED_TEST(Requests, Openat2KeepsAPathInsideItsFolder) {
  const std::string path = this->folder.file("cell");
  ASSERT_EQ(this->ask(ask_for::mkdir(path.c_str(), 0700)), 0);
  const Descriptor cell(
      this->ask(ask_for::open_at(AT_FDCWD, path.c_str(), O_DIRECTORY | O_PATH | O_CLOEXEC)));
  open_how how{};
  how.flags = O_RDWR | O_CREAT | O_CLOEXEC;
  how.mode = 0600;
  how.resolve = RESOLVE_BENEATH;
  const Descriptor inside(this->ask(ask_for::open_at2(cell.get(), "inside", &how)));
  EXPECT_GE(inside.get(), 0);
  EXPECT_EQ(this->ask(ask_for::open_at2(cell.get(), "../outside", &how)), -EXDEV);
}

TYPED_TEST(Requests, AttributesAreKeptWhereTheFileSystemHasThem) {
  const std::string path = this->folder.file("labelled");
  const Descriptor file(this->open(path));
  const std::int32_t set = this->ask(ask_for::fsetxattr(file.get(), "user.book", bytes_of("eth")));
  if (set == -EOPNOTSUPP) GTEST_SKIP() << "no attributes on this file system";
  EXPECT_EQ(set, 0);
  std::string value(8, '.');
  EXPECT_EQ(this->ask(ask_for::fgetxattr(file.get(), "user.book", room_in(value))), 3);
  EXPECT_EQ(value.substr(0, 3), "eth");
  EXPECT_EQ(this->ask(ask_for::setxattr(path.c_str(), "user.book", bytes_of("btc!"))), 0);
  EXPECT_EQ(this->ask(ask_for::getxattr(path.c_str(), "user.book", room_in(value))), 4);
  EXPECT_EQ(value.substr(0, 4), "btc!");
  EXPECT_EQ(this->ask(ask_for::getxattr(path.c_str(), "user.none", room_in(value))), -ENODATA);
}

TYPED_TEST(Requests, BytesMoveBetweenFilesAndPipes) {
  const Descriptor file(this->open(this->folder.file("source")));
  ASSERT_EQ(this->ask(ask_for::write(file.get(), bytes_of("spliced"), 0)), 7);
  std::array<int, 2> ends{};
  std::array<int, 2> copies{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  ASSERT_EQ(::pipe2(copies.data(), O_CLOEXEC), 0);
  const Descriptor read_end(ends[0]);
  const Descriptor write_end(ends[1]);
  const Descriptor copy_read_end(copies[0]);
  const Descriptor copy_write_end(copies[1]);
  EXPECT_EQ(this->ask(ask_for::splice(file.get(), 0, ends[1], ask_for::current_offset, 7)), 7);
  EXPECT_EQ(this->ask(ask_for::tee(ends[0], copies[1], 7)), 7);
  std::string text(7, '.');
  EXPECT_EQ(this->ask(ask_for::read(ends[0], room_in(text))), 7);
  EXPECT_EQ(text, "spliced");
  EXPECT_EQ(this->ask(ask_for::read(copies[0], room_in(text), 3)), 7) << "a pipe has no offset";
}

TYPED_TEST(Requests, ADescriptorIsClosedOnce) {
  const std::int32_t file = this->open(this->folder.file("closed"));
  EXPECT_EQ(this->ask(ask_for::close(file)), 0);
  EXPECT_EQ(this->ask(ask_for::close(file)), -EBADF);
}

}  // namespace
