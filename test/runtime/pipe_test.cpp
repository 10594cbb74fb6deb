// A pipe fd on both backends: between pipes, from a regular file, through FIFOs and a terminal, and
// its ends: the writer's, the reader's and our own.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "program_fixture.hpp"
#include "unix_peer.hpp"

namespace {

using loom::Bytes;
using loom::Stat;
using loom_test::Descriptor;

/// Numbers that the shapes name; the tests put descriptors there.
constexpr int read_number = 710;
constexpr int write_number = 711;

constexpr loom::StreamShape pipe_shape(const char* read, const char* write) {
  return loom_test::numbered({.kind = loom::StreamKind::pipe,
                              .address = read,
                              .write_address = write,
                              .slots = 1,
                              .buffer_bytes = 4096,
                              .buffer_count = 4,
                              .write_queue_bytes = 4096,
                              .reconnect_initial_nanoseconds = 0});
}
struct BothFd {
  using Handler = loom_test::ScriptedHandler<BothFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape = pipe_shape("fd:710", "fd:711");
};
struct ReadFd {
  using Handler = loom_test::ScriptedHandler<ReadFd>;
  using Framing = loom::LineFraming<1024>;
  static constexpr loom::StreamShape shape = pipe_shape("fd:710", "-");
};

/// Pipes at the numbers of the shapes; the test has their other ends.
template <class Fd>
class Piping : public loom_test::ProgramTest<Fd> {
 protected:
  void SetUp() override {
    loom_test::ProgramTest<Fd>::SetUp();
    place(read_number, to_program_, 0);
    place(write_number, from_program_, 1);
  }
  void TearDown() override {
    loom_test::ProgramTest<Fd>::TearDown();
    ::close(read_number);
    ::close(write_number);
  }
  /// Puts one end of a new pipe at `number` and keeps the other.
  static void place(int number, Descriptor& other, int which) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    ASSERT_EQ(::dup2(ends[which], number), number);
    ::close(ends[which]);
    other = Descriptor(ends[1 - which]);
  }
  static bool put(int fd, const std::string& text) {
    return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  }
  static std::string take(int fd, std::size_t size) {
    std::string text(size, '\0');
    std::size_t have = 0;
    while (have < size && loom_test::wait_for(fd, POLLIN)) {
      const ssize_t got = ::read(fd, text.data() + have, size - have);
      if (got <= 0) break;
      have += static_cast<std::size_t>(got);
    }
    text.resize(have);
    return text;
  }
  Descriptor to_program_;
  Descriptor from_program_;
};
using Pipe = Piping<BothFd>;
using ReadPipe = Piping<ReadFd>;
INSTANTIATE_TEST_SUITE_P(On, Pipe, loom_test::both_backends(), loom_test::backend_name);
INSTANTIATE_TEST_SUITE_P(On, ReadPipe, loom_test::both_backends(), loom_test::backend_name);

TEST_P(Pipe, WhatComesGoesAndTheEndOfTheWriterIsTheEnd) {
  script_.on_data = [](Connection& connection, Bytes bytes) { connection.write(bytes); };
  LOOM_START_OR_SKIP("fd:710");
  ::close(write_number);
  ASSERT_TRUE(put(to_program_.get(), "hello"));
  EXPECT_EQ(take(from_program_.get(), 5), "hello");
  ASSERT_TRUE(put(to_program_.get(), "again"));
  EXPECT_EQ(take(from_program_.get(), 5), "again");
  to_program_.close();
  ASSERT_TRUE(journal_.wait_for("close 0 ended"));
  EXPECT_EQ(take(from_program_.get(), 1), "") << "both ends were closed";
}

TEST_P(Pipe, TheSharedDescriptionStaysAsItWas) {
  LOOM_START_OR_SKIP("fd:710");
  ASSERT_TRUE(journal_.wait_for("open 0"));
  EXPECT_EQ(fcntl(read_number, F_GETFL) & O_NONBLOCK, 0);
  EXPECT_EQ(fcntl(write_number, F_GETFL) & O_NONBLOCK, 0);
}

TEST_P(Pipe, AReaderThatLeavesIsAReset) {
  script_.on_data = [](Connection& connection, Bytes bytes) { connection.write(bytes); };
  LOOM_START_OR_SKIP("fd:710");
  from_program_.close();
  ASSERT_TRUE(put(to_program_.get(), "nobody reads this"));
  EXPECT_TRUE(journal_.wait_for("close 0 reset"));
}

TEST_P(Pipe, FinishClosesTheWrittenEndAlone) {
  script_.on_data = [](Connection& connection, Bytes bytes) {
    if (bytes.text() == "finish") {
      connection.write("last");
      connection.finish();
    }
  };
  LOOM_START_OR_SKIP("fd:710");
  ::close(write_number);
  ASSERT_TRUE(put(to_program_.get(), "finish"));
  EXPECT_EQ(take(from_program_.get(), 100), "last");
  ASSERT_TRUE(put(to_program_.get(), "still read"));
  EXPECT_TRUE(journal_.wait_for("data 0 still read"));
}

TEST_P(Pipe, AFullPipeHoldsUpWritesUntilItsReaderComes) {
  const std::string most(BothFd::shape.write_queue_bytes, 'w');
  std::size_t written = 0;
  const auto pump = [&](Connection& connection) {
    while (written < 100 && connection.write(Bytes(std::string_view(most)))) written += 1;
  };
  script_.on_open = pump;
  script_.on_drain = pump;
  LOOM_START_OR_SKIP("fd:710");
  ASSERT_TRUE(sending_stands_still());
  EXPECT_EQ(take(from_program_.get(), most.size() * 100), std::string(most.size() * 100, 'w'));
}

TEST_P(ReadPipe, ARegularFileIsReadToItsEnd) {
  const std::string path = testing::TempDir() + "loom-pipe-" + std::to_string(::getpid());
  std::ofstream(path) << std::string(10000, 'x').replace(999, 1, "\n").replace(1999, 1, "\n")
                      << '\n'
                      << "end\n";
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::filesystem::remove(path);
  ASSERT_EQ(::dup2(file.get(), read_number), read_number);
  LOOM_START_OR_SKIP("fd:710");
  EXPECT_TRUE(journal_.wait_for("close 0 frame_too_large")) << "8,000 bytes are no line";
  EXPECT_EQ(journal_.count("data 0 " + std::string(999, 'x')), 2U);
}

TEST_P(ReadPipe, AFifoOutlivesItsWriters) {
  const std::string path = testing::TempDir() + "loom-fifo-" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  LOOM_START_OR_SKIP(path);
  for (const char* line : {"one", "two"}) {
    const Descriptor writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_TRUE(put(writer.get(), std::string(line) + "\n"));
    EXPECT_TRUE(journal_.wait_for(std::string("data 0 ") + line));
  }
  EXPECT_EQ(journal_.count("close 0 ended"), 0U);
  std::filesystem::remove(path);
}

TEST_P(ReadPipe, ATerminalGivesLinesAndTakesNone) {
  const Descriptor master(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_EQ(::grantpt(master.get()), 0);
  ASSERT_EQ(::unlockpt(master.get()), 0);
  char name[64];
  ASSERT_EQ(::ptsname_r(master.get(), name, sizeof name), 0);
  std::vector<int> results;
  script_.on_open = [&](Connection& connection) {
    results.push_back(connection.write("x").value());
  };
  LOOM_START_OR_SKIP(name);
  ASSERT_TRUE(put(master.get(), "typed\nand more\n"));
  ASSERT_TRUE(journal_.wait_for("data 0 typed"));
  ASSERT_TRUE(journal_.wait_for("data 0 and more"));
  EXPECT_EQ(results, (std::vector<int>{loom::WriteResult::closed}));
}

TEST_P(ReadPipe, ASocketAsAStandardStreamWorksWithoutTouchingItsFlags) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  Descriptor ours(ends[0]);
  const Descriptor theirs(ends[1]);
  ASSERT_EQ(::dup2(theirs.get(), read_number), read_number);
  LOOM_START_OR_SKIP("fd:710");
  ASSERT_TRUE(loom_test::send_all(ours.get(), "line\n"));
  ASSERT_TRUE(journal_.wait_for("data 0 line"));
  EXPECT_EQ(fcntl(read_number, F_GETFL) & O_NONBLOCK, 0);
  ::shutdown(ours.get(), SHUT_WR);
  EXPECT_TRUE(journal_.wait_for("close 0 ended"));
}

}  // namespace
