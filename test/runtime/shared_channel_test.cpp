// Channels in shared memory: a reader in C++ that is lapped by another process, the end of a writer
// in order and by SIGKILL, files that were left behind, rivals, and other versions.
#include <gtest/gtest.h>
#include <loom/shared_reader.hpp>

#include <sys/wait.h>

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "channel_fixture.hpp"

namespace {

using loom::SharedOpen;
using loom_test::Quote;

/// A channel in shared memory; `version` stands for the layout of its message.
template <std::uint64_t version>
struct SharedQuotes {
  using Message = Quote;
  static constexpr loom::ChannelShape shape{.name = "quotes",
                                            .capacity = 8,
                                            .full = loom::ChannelFull::drop_oldest,
                                            .to = loom::ChannelEnd::shared_memory};
  static constexpr const char* shared_name = "";
  static constexpr std::uint64_t layout = version;
};
using Quotes = SharedQuotes<1>;

/// The writing end with its file and its reactor's block.
struct Writer {
  explicit Writer(const std::string& name) {
    error = file.open("quotes", name.c_str(), loom::shared_form<Quotes>());
    if (error) return;
    publisher.attach(
        {.shared = block.memory(), .memory = file.channel(), .now = &block.now_nanoseconds});
  }
  void publish(std::uint64_t sequence) {
    publisher.publish({.sequence = sequence, .price = -3 * static_cast<std::int64_t>(sequence)});
  }

  loom_test::ChannelBlock block;
  loom::SharedFile file;
  loom::Publisher<Quotes> publisher;
  loom::StartError error;
};

/// A name of this process and test, whose file is gone afterwards.
class SharedChannel : public testing::Test {
 protected:
  SharedChannel()
      : name_("loom_test_" + std::to_string(::getpid()) + "_" +
              testing::UnitTest::GetInstance()->current_test_info()->name()) {}
  ~SharedChannel() override { ::unlink((loom::shared_file_folder + name_).c_str()); }

  /// Runs `write` with a writer in a process of its own, which then waits to be killed.
  template <class Write>
  pid_t fork_writer(Write&& write) {
    int ready[2];
    EXPECT_EQ(::pipe(ready), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      Writer writer(name_);
      if (writer.error || ::write(ready[1], "r", 1) != 1) ::_exit(1);
      write(writer);
      for (;;) ::pause();
    }
    char byte = 0;
    ::close(ready[1]);
    EXPECT_EQ(::read(ready[0], &byte, 1), 1);
    ::close(ready[0]);
    return child;
  }

  static void kill_and_wait(pid_t child) {
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
  }

  std::string name_;
};

TEST_F(SharedChannel, AReaderBeginsWithTheOldestAndGoesOn) {
  Writer writer(name_);
  ASSERT_FALSE(writer.error) << writer.error.message;
  for (std::uint64_t n = 1; n <= 20; ++n) writer.publish(n);
  loom::SharedReader<Quotes> reader;
  ASSERT_EQ(reader.open(name_.c_str()), SharedOpen::opened);
  Quote quote;
  for (std::uint64_t n = 13; n <= 20; ++n) {
    ASSERT_TRUE(reader.take(quote));
    EXPECT_EQ(quote.sequence, n);
  }
  EXPECT_FALSE(reader.take(quote));
  for (std::uint64_t n = 21; n <= 40; ++n) writer.publish(n);
  ASSERT_TRUE(reader.take(quote));
  EXPECT_EQ(quote.sequence, 33u);
  EXPECT_EQ(reader.lost(), 12u);
}

TEST_F(SharedChannel, AReaderOfAnotherProcessIsLapped) {
  constexpr std::uint64_t total = 200'000;
  loom::SharedReader<Quotes> reader;
  EXPECT_EQ(reader.open(name_.c_str()), SharedOpen::absent);
  const pid_t child = fork_writer([](Writer& writer) {
    for (std::uint64_t n = 1; n <= total; ++n) writer.publish(n);
  });
  ASSERT_EQ(reader.open(name_.c_str()), SharedOpen::opened);
  Quote quote;
  std::uint64_t first = 0;
  std::uint64_t seen = 0;
  std::uint64_t wrong = 0;
  for (std::uint64_t last = 0; last < total;) {
    if (!reader.take(quote)) continue;
    if (first == 0) first = quote.sequence - reader.lost();
    if (quote.sequence <= last || quote.price != -3 * static_cast<std::int64_t>(quote.sequence)) {
      wrong += 1;
    }
    last = quote.sequence;
    seen += 1;
  }
  EXPECT_EQ(wrong, 0u);
  EXPECT_EQ(seen + reader.lost(), total - first + 1);
  EXPECT_TRUE(reader.is_live());
  kill_and_wait(child);
  EXPECT_FALSE(reader.is_live());
}

TEST_F(SharedChannel, AFileThatWasLeftBehindIsReplaced) {
  kill_and_wait(fork_writer([](Writer& writer) { writer.publish(7); }));
  loom::SharedReader<Quotes> old;
  ASSERT_EQ(old.open(name_.c_str()), SharedOpen::opened);
  EXPECT_FALSE(old.is_live());
  Writer writer(name_);
  ASSERT_FALSE(writer.error) << writer.error.message;
  EXPECT_FALSE(old.is_live());
  Quote quote;
  ASSERT_EQ(old.open(name_.c_str()), SharedOpen::opened);
  EXPECT_TRUE(old.is_live());
  EXPECT_FALSE(old.take(quote)) << "the new one is empty";
}

TEST_F(SharedChannel, TwoWritersAreRefused) {
  Writer first(name_);
  ASSERT_FALSE(first.error);
  Writer second(name_);
  EXPECT_STREQ(second.error.code, "LOOM5050");
  first.publish(1);
  loom::SharedReader<Quotes> reader;
  ASSERT_EQ(reader.open(name_.c_str()), SharedOpen::opened) << "the first goes on";
  Quote quote;
  EXPECT_TRUE(reader.take(quote));
}

TEST_F(SharedChannel, AStoppedWriterTakesItsFileAlong) {
  auto writer = std::make_unique<Writer>(name_);
  loom::SharedReader<Quotes> reader;
  ASSERT_EQ(reader.open(name_.c_str()), SharedOpen::opened);
  writer->publish(1);
  writer.reset();
  EXPECT_FALSE(reader.is_live());
  Quote quote;
  EXPECT_TRUE(reader.take(quote)) << "what is left can be read";
  loom::SharedReader<Quotes> late;
  EXPECT_EQ(late.open(name_.c_str()), SharedOpen::absent);
}

TEST_F(SharedChannel, AnotherVersionIsRefused) {
  Writer writer(name_);
  ASSERT_FALSE(writer.error);
  loom::SharedReader<SharedQuotes<2>> other;
  EXPECT_EQ(other.open(name_.c_str()), SharedOpen::other);
  Quote quote;
  EXPECT_FALSE(other.take(quote));
  EXPECT_FALSE(other.is_live());
}

TEST_F(SharedChannel, AFileOfSomethingElseIsRefused) {
  std::FILE* file = std::fopen((loom::shared_file_folder + name_).c_str(), "w");
  ASSERT_NE(file, nullptr);
  std::fputs("no channel", file);
  std::fclose(file);
  loom::SharedReader<Quotes> reader;
  EXPECT_EQ(reader.open(name_.c_str()), SharedOpen::other);
}

}  // namespace
