// Files of the config on both backends: whole reads and writes, appends in order, a full disk, a
// stop in between, and direct transfers from buffers that the ring knows.
#include <sys/resource.h>

#include <csignal>

#include "file_fixture.hpp"

namespace {

using loom::Bytes;
using loom::Error;
using loom::Failure;
using loom::File;

struct DataFd {
  static constexpr loom::FileShape shape{.name = "data",
                                         .path = "unused",
                                         .mode = loom::FileMode::read_write,
                                         .create = true,
                                         .permissions = 0600,
                                         .operations = 2,
                                         .buffer_bytes = 4096,
                                         .buffer_count = 2};
};
struct JournalFd {
  static constexpr loom::FileShape shape{.name = "journal",
                                         .path = "unused",
                                         .mode = loom::FileMode::append,
                                         .create = true,
                                         .permissions = 0600};
};
struct DirectFd {
  static constexpr loom::FileShape shape{.name = "direct",
                                         .path = "unused",
                                         .mode = loom::FileMode::read_write,
                                         .create = true,
                                         .direct = true,
                                         .permissions = 0600,
                                         .buffer_bytes = 8192,
                                         .buffer_count = 2};
};

std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class DataFile : public loom_test::FileProgramTest<DataFd> {};
class JournalFile : public loom_test::FileProgramTest<JournalFd> {};
class DirectFile : public loom_test::FileProgramTest<DirectFd> {};
INSTANTIATE_TEST_SUITE_P(Backends, DataFile, loom_test::both_backends(), loom_test::backend_name);
INSTANTIATE_TEST_SUITE_P(Backends, JournalFile, loom_test::both_backends(),
                         loom_test::backend_name);
INSTANTIATE_TEST_SUITE_P(Backends, DirectFile, loom_test::both_backends(), loom_test::backend_name);

TEST_P(DataFile, IsWrittenReadTruncatedAndSynced) {
  const bool ran = run([](File& file) {
    EXPECT_TRUE(file.write_at(0, "bids asks"));
    EXPECT_EQ(*file.size(), 9U);
    std::byte buffer[16];
    EXPECT_EQ(*file.read_at(5, buffer), 4U) << "fewer at the end of the file";
    EXPECT_EQ(text_of(std::span(buffer, 4)), "asks");
    EXPECT_EQ(file.read_at(9, buffer).error().failure, Failure::ended);
    EXPECT_EQ(*file.append("!"), 9U);
    EXPECT_TRUE(file.sync());
    EXPECT_TRUE(file.sync_data());
    EXPECT_TRUE(file.truncate(4));
    EXPECT_EQ(*file.size(), 4U);
    EXPECT_TRUE(file.write_at(0, Bytes()));
    EXPECT_EQ(*file.read_at(0, std::span(buffer, 0)), 0U);
  });
  if (ran) {
    EXPECT_EQ(contents(), "bids");
  }
}

TEST_P(DataFile, LendsAsManyBuffersAsItHas) {
  run([](File& file) {
    auto first = file.lend();
    {
      auto second = file.lend();
      ASSERT_TRUE(first && second);
      EXPECT_EQ(second->bytes().size(), 4096U);
      EXPECT_EQ(file.lend().error().failure, Failure::exhausted);
      second->bytes()[0] = std::byte{'x'};
      EXPECT_TRUE(file.write_at(0, Bytes(second->bytes())));
    }
    auto again = file.lend();
    ASSERT_TRUE(again);
    EXPECT_EQ(*file.read_at(0, again->bytes()), 4096U);
    EXPECT_EQ(again->bytes()[0], std::byte{'x'});
  });
}

TEST_P(DataFile, MoreOperationsThanItsBoundWaitTheirTurn) {
  const bool ran = run([](File& file) {
    loom::Scope scope;
    static const char letters[] = "abcdef";
    for (std::uint64_t n = 0; n < 6; ++n) {
      EXPECT_TRUE(scope.spawn(0, "writes", [&file, n] {
        EXPECT_TRUE(file.write_at(n, Bytes(std::string_view(letters + n, 1))));
      }));
    }
    EXPECT_TRUE(scope.join());
  });
  if (ran) {
    EXPECT_EQ(contents(), "abcdef");
  }
}

TEST_P(DataFile, AFullDeviceIsATypedFailureAndNotTheEnd) {
  path_ = "/dev/full";
  run([](File& file) {
    for (int n = 0; n < 3; ++n) {
      EXPECT_EQ(file.write_at(0, "x").error(), (Error{Failure::system, ENOSPC}));
    }
    EXPECT_EQ(file.append("x").error(), (Error{Failure::system, ENOSPC}));
  });
}

/// While it lives no file of this process grows past `bytes`: EFBIG, as setrlimit(2) says, once
/// SIGXFSZ is ignored.
class SizeLimit {
 public:
  explicit SizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  SizeLimit(const SizeLimit&) = delete;
  SizeLimit& operator=(const SizeLimit&) = delete;
  ~SizeLimit() { lift(); }
  void lift() const { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_P(JournalFile, KeepsWhatItReportedAndGoesOnWhenThereIsRoom) {
  const std::string block(3000, 'a');
  const bool ran = run([&block](File& file) {
    {
      const SizeLimit limit(4096);
      EXPECT_EQ(*file.append(Bytes(block)), 0U);
      const auto refused = file.append(Bytes(block)).error();
      EXPECT_EQ(refused.failure, Failure::system);
      EXPECT_EQ(refused.system_error, EFBIG);
      EXPECT_EQ(refused.done_bytes, 1096U) << "what fitted was written, and is told";
      EXPECT_EQ(*file.size(), 4096U);
    }
    EXPECT_EQ(*file.append("after"), 4096U);
    EXPECT_TRUE(file.sync_data());
  });
  if (ran) {
    EXPECT_EQ(contents(), std::string(4096, 'a') + "after");
  }
}

TEST_P(JournalFile, AppendsInTheOrderTheyWereAskedFor) {
  const bool ran = run([](File& file) {
    loom::Scope scope;
    std::uint64_t offsets[6];
    for (std::uint64_t n = 0; n < 6; ++n) {
      EXPECT_TRUE(scope.spawn(0, "appends", [&file, &offsets, n] {
        static const std::string lines[] = {"zero\n",  "one\n",  "two\n",
                                            "three\n", "four\n", "five"};
        offsets[n] = *file.append(Bytes(lines[n]));
      }));
    }
    EXPECT_TRUE(scope.join());
    for (int n = 1; n < 6; ++n) EXPECT_LT(offsets[n - 1], offsets[n]);
    EXPECT_EQ(offsets[5], 24U);
  });
  if (ran) {
    EXPECT_EQ(contents(), "zero\none\ntwo\nthree\nfour\nfive");
  }
}

TEST_P(JournalFile, GoesBehindWhatWasThereAndWhatOthersWrote) {
  fill("before,");
  const bool ran = run([this](File& file) {
    EXPECT_EQ(*file.append("mine,"), 7U);
    std::ofstream(path_, std::ios::app) << "theirs,";
    EXPECT_EQ(*file.append("mine"), 19U);
  });
  if (ran) {
    EXPECT_EQ(contents(), "before,mine,theirs,mine");
  }
}

TEST_P(JournalFile, AStopUnwindsAppendsThatWait) {
  script_.body = [this](File& file) {
    script_.journal.add("begun");
    const std::string line(100, 'x');
    while (file.append(Bytes(line))) {
    }
    ADD_FAILURE() << "the stop unwinds it";
  };
  const loom::StartReport report = start();
  if (!report.ok) GTEST_SKIP() << report.message;
  ASSERT_TRUE(script_.journal.wait_for("begun"));
  program_.request_stop();
  program_.join();
  EXPECT_TRUE(script_.journal.wait_for("unwound"));
  EXPECT_EQ(contents().size() % 100, 0U) << "each append is whole";
}

TEST_P(DirectFile, TransfersWholeBlocksFromLentBuffers) {
  script_.body = [](File& file) {
    auto buffer = file.lend();
    ASSERT_TRUE(buffer);
    for (std::byte& byte : buffer->bytes()) byte = std::byte{'d'};
    EXPECT_TRUE(file.write_at(0, Bytes(buffer->bytes())));
    EXPECT_TRUE(file.write_at(8192, Bytes(buffer->bytes().first(4096))));
    EXPECT_TRUE(file.truncate(9000));
    for (std::byte& byte : buffer->bytes()) byte = std::byte{0};
    EXPECT_EQ(*file.read_at(8192, buffer->bytes()), 808U);
    EXPECT_EQ(buffer->bytes()[807], std::byte{'d'});
    EXPECT_EQ(file.write_at(1, Bytes(buffer->bytes())).error(), (Error{Failure::system, EINVAL}))
        << "no whole block";
  };
  const loom::StartReport report = start();
  if (!report.ok) {
    EXPECT_STREQ(report.code, loom::start_code::no_direct_file);
    GTEST_SKIP() << report.message;
  }
  EXPECT_TRUE(script_.journal.wait_for("done"));
  program_.request_stop();
  program_.join();
  EXPECT_EQ(contents(), std::string(9000, 'd'));
}

TEST_P(DirectFile, WithoutDirectTransfersIsATypedStartError) {
  path_ = "/proc/self/cmdline";
  const loom::StartReport report = start();
  ASSERT_FALSE(report.ok);
  EXPECT_STREQ(report.code, loom::start_code::no_direct_file) << report.message;
}

TEST_P(DataFile, WhatCannotBeOpenedSaysWhyAndWhatToDo) {
  const struct {
    std::string path;
    const char* message;
    const char* code = loom::start_code::cannot_open_file;
  } cases[] = {
      {"/nowhere/at/all",
       "fds.data: '/nowhere/at/all' cannot be opened: No such file or directory. Make its folder."},
      {folder_, "cannot be opened: Is a directory. Name a file, not a folder."},
      {"fd:77777", "'fd:77777' is no open descriptor for this `mode` and `direct`",
       loom::start_code::cannot_adopt},
      {"fd:x", "'fd:x' is no open descriptor", loom::start_code::cannot_adopt},
  };
  for (const auto& each : cases) {
    int fd = -1;
    const loom::StartError error = loom::open_file(DataFd::shape, each.path.c_str(), fd);
    EXPECT_STREQ(error.code, each.code);
    EXPECT_NE(std::string(error.message).find(each.message), std::string::npos) << error.message;
    EXPECT_EQ(fd, -1);
  }
  path_ = "/nowhere/at/all";
  EXPECT_STREQ(start().code, loom::start_code::cannot_open_file);
}

TEST_P(DataFile, ADescriptorThatIsOpenServes) {
  fill("adopted");
  const loom_test::Descriptor descriptor(::open(path_.c_str(), O_RDWR));
  path_ = "fd:" + std::to_string(descriptor.get());
  run([](File& file) {
    std::byte buffer[7];
    EXPECT_EQ(*file.read_at(0, buffer), 7U);
    EXPECT_EQ(text_of(buffer), "adopted");
  });
}

}  // namespace
