// Requests on both backends: a folder of their own, and `ask`, which submits one and gives what it
// completed with.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "backend_fixture.hpp"
#include "loom/pool.hpp"
#include "loom/request_operation.hpp"
#include "loom/system/requests.hpp"

namespace loom_test {

/// The bytes of a text, as requests take them.
inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// A text's memory, to be read into.
inline std::span<std::byte> room_in(std::string& text) {
  return std::as_writable_bytes(std::span(text.data(), text.size()));
}

/// A pipe; its ends are closed with it.
class Pipe {
 public:
  Pipe() {
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader = Descriptor(ends[0]);
    writer = Descriptor(ends[1]);
  }
  void write(std::string_view text) const {
    EXPECT_EQ(::write(writer.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  Descriptor reader;
  Descriptor writer;
};

/// A folder that goes with its test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "loom-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  /// The path of a file in it.
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// A worker and room for so few jobs that requests wait for it.
inline constexpr loom::PoolEntry small_pool{.name = "disk", .threads = 1, .queue_entries = 2};

/// How an fd receives decides nothing for a request.
#ifdef LOOM_TEST_KQUEUE
using RequestBackends = testing::Types<OnKqueue<Plain>>;
#else
using RequestBackends = testing::Types<OnIoUring<Plain>, OnEpoll<Plain>>;
#endif

template <class Which>
class Requests : public Backend<Which> {
 protected:
  void SetUp() override {
    const loom::StartError error = pool_.start(small_pool);
    ASSERT_FALSE(error) << error.message;
    this->bench().loose.core.blocking_ = &pool_.queue();
    Backend<Which>::SetUp();
  }

  /// Every job comes home before its record goes.
  void TearDown() override {
    EXPECT_TRUE(this->bench().run_until([&] { return this->bench().loose.core.jobs_out_ == 0; }));
    pool_.stop();
  }

  /// Starts a request; its number, for `result_of`.
  std::uint32_t begin(const loom::system::Request& request) {
    const std::uint32_t number = next_number_++;
    loom::RequestOperation& record = requests_.emplace_back();
    record.tag = loom::Tag(number, some_operation, 1);
    record.request = request;
    this->bench().submit(record);
    return number;
  }

  /// The word of a request's tag, as requests about requests take it.
  static std::uint64_t word_of(std::uint32_t number) {
    return loom::Tag(number, some_operation, 1).word();
  }

  /// Asks for the end of a request in flight.
  void cancel(std::uint32_t number) {
    loom::cancel_request(this->bench().backend, requests_.at(number - first_number));
  }

  /// Turns until a request has completed `count` times.
  bool has_answers(std::uint32_t number, std::size_t count) {
    return this->bench().run_until(
        [&] { return this->bench().answers_to(number).size() >= count; });
  }

  /// What a request completed with.
  std::int32_t ask(const loom::system::Request& request) {
    return this->bench().final_result(begin(request));
  }

  /// Opens a file of the test's folder for reading and writing.
  std::int32_t open(const std::string& path, int flags = 0) {
    return ask(
        loom::system::open_at(AT_FDCWD, path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | flags, 0600));
  }

  Folder folder;

 private:
  static constexpr std::uint32_t first_number = 200;
  std::uint32_t next_number_ = first_number;
  /// A deque: records stay where they are while others come.
  std::deque<loom::RequestOperation> requests_;
  loom::Pool pool_;
};

}  // namespace loom_test
