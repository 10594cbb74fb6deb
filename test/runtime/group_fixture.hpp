// A group of four equal reactors that serve one address, from its start to its stop: what tests of
// fixed and of elastic groups have in common.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "program_fixture.hpp"

namespace loom_test {

/// Rows of the group.
inline constexpr std::uint32_t instances = 4;

/// Of the instance whose thread this is.
inline thread_local char own_digit = '?';

/// One group, from its start to its stop. Each connection first gets the digit of its instance.
template <class ServedFd>
class Group {
 public:
  using Fd = ServedFd;
  using Shape = OneShape<Fd>;
  using Connection = loom::Connection<Fd>;

  Group() {
    for (std::uint32_t n = 0; n < instances; ++n) {
      blocks_.push_back(std::make_unique<SharedBlock>(Shape::shared_bytes));
      entries_[n] = One<Fd>::entry;
      entries_[n].instance = n;
      entries_[n].instances = instances;
      start_.reactors[n].shared = blocks_[n]->data();
    }
    script_.on_start = [this](loom::ReactorCore& core) { own_digit = digit_of(core); };
    script_.on_open = [](Connection& connection) {
      connection.write(loom::Bytes(std::string_view(&own_digit, 1)));
    };
    script_.on_data = [](Connection& connection, loom::Bytes bytes) { connection.write(bytes); };
    Script<Fd>::current = &script_;
    current_table = {"test", loom::shared_abi, entries_, instances};
  }

  loom::StartReport start(const char* backend) {
    start_.backend = backend;
    loom::StartReport report = program_.start(start_);
    if (report.ok) {
      EXPECT_EQ(report.bound_count, 1U) << "one address, also where each instance listens";
      const bool is_elastic = entries_[0].linger_nanoseconds != 0;
      EXPECT_STREQ(report.reactors[instances - 1].backend, is_elastic ? "" : backend);
      const std::string bound = report.bound[0].text;
      port_ = static_cast<std::uint16_t>(std::stoi(bound.substr(bound.rfind(':') + 1)));
    }
    return report;
  }

  /// A connection and the instance that has it; -1 when it was refused.
  std::pair<Descriptor, int> connect() {
    Descriptor peer = connect_to(port_);
    const std::string digit = receive_exactly(peer.get(), 1);
    return {std::move(peer), digit.empty() ? -1 : digit[0] - '0'};
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool stopped() const { return program_.stopped(); }
  [[nodiscard]] std::uint64_t stat(std::uint32_t instance, loom::Stat which) const {
    return blocks_[instance]->stat(which);
  }
  [[nodiscard]] std::uint64_t sum(loom::Stat which) const {
    std::uint64_t total = 0;
    for (const auto& block : blocks_) total += block->stat(which);
    return total;
  }

  void stop() {
    program_.join();
    EXPECT_EQ(sum(loom::Stat::in_flight), 0U) << "a stop leaves no operation in flight";
    EXPECT_EQ(sum(loom::Stat::open_connections), 0U);
    EXPECT_EQ(sum(loom::Stat::stale_completions), 0U);
  }

  /// The way to the thread of an instance.
  loom::ReactorHandle instance(std::uint32_t index) { return program_.reactor(index); }
  /// What its handlers do; before start().
  Script<Fd>& script() { return script_; }

  loom::ReactorEntry entries_[instances];
  loom::ProgramStart start_;

 private:
  char digit_of(loom::ReactorCore& core) const {
    const auto own = std::find_if(blocks_.begin(), blocks_.end(), [&](const auto& block) {
      return &block->stats() == &core.stats();
    });
    return static_cast<char>('0' + (own - blocks_.begin()));
  }

  Script<Fd> script_;
  std::vector<std::unique_ptr<SharedBlock>> blocks_;
  std::uint16_t port_ = 0;
  /// Last, so that its threads end before what they use.
  loom::RunningProgram program_;
};

class GroupTest : public testing::TestWithParam<const char*> {
 protected:
  /// False, and the test is skipped, where this machine forbids the backend.
  template <class Group>
  bool started(Group& group) {
    const loom::StartReport report = group.start(GetParam());
    if (report.ok) return true;
    EXPECT_STREQ(report.code, loom::start_code::backend_unavailable) << report.message;
    EXPECT_TRUE(loom::IoUring<typename Group::Shape>::probe()) << report.message;
    return false;
  }
};

}  // namespace loom_test

/// Starts; skips, by name, on a machine that forbids this backend.
#define LOOM_START_GROUP_OR_SKIP(group)                                 \
  if (!this->started(group)) {                                          \
    if (this->HasFailure()) return;                                     \
    GTEST_SKIP() << "this machine does not offer " << this->GetParam(); \
  }
