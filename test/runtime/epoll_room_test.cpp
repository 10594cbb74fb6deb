// Room in a unix socket on epoll: a peer that merely takes its answer wakes nobody, and one that
// makes room in a full socket does, each time.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "backend_fixture.hpp"

namespace {

using loom::Operation;
using loom::OperationKind;

class EpollRoom : public loom_test::Backend<loom_test::OnEpoll<loom_test::Plain>> {
 protected:
  void SetUp() override {
    Backend::SetUp();
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    peer_ = loom_test::Descriptor(ends[1]);
    handle_ = bench().backend.adopt(ends[0]);
    ASSERT_GE(handle_, 0);
    // What the registration itself reports.
    bench().turn();
    bench().turn();
  }

  /// Sends all of `text` by one operation after the other; what it could not is left in it.
  std::int32_t send(Operation& operation, const std::string& text) {
    operation = bench().make(number_++, OperationKind::send, handle_);
    operation.pointer = text.data();
    operation.size = static_cast<std::uint32_t>(text.size());
    bench().submit(operation);
    bench().turn();
    const auto answers = bench().answers_to(operation.tag.slot());
    return answers.empty() ? 0 : answers.back().result;
  }

  loom_test::Descriptor peer_;
  std::int32_t handle_ = -1;
  std::uint32_t number_ = 100;
};

TEST_F(EpollRoom, APeerThatTakesItsAnswerWakesNobody) {
  const std::string answer(100, 'a');
  std::string taken(answer.size(), ' ');
  for (int n = 0; n < 10; ++n) {
    Operation operation;
    ASSERT_EQ(send(operation, answer), 100);
    ASSERT_EQ(::read(peer_.get(), taken.data(), taken.size()), 100);
    bench().backend.enter();
    EXPECT_FALSE(bench().backend.completions_wait()) << "there is nothing to do";
  }
}

TEST_F(EpollRoom, APeerThatMakesRoomLetsTheSendGoOnEachTime) {
  const std::string block(65536, 'b');
  std::string taken(std::size_t{1} << 20U, ' ');
  for (int n = 0; n < 3; ++n) {
    Operation operation;
    while (send(operation, block) != 0) {
    }
    ASSERT_TRUE(bench().in_flight.contains(operation.tag.slot())) << "it waits for room";
    while (::read(peer_.get(), taken.data(), taken.size()) > 0) {
    }
    EXPECT_GT(bench().final_result(operation.tag.slot()), 0);
  }
}

}  // namespace
