// Nothing that a backend does keeps the rest waiting for ever: a request is served although sockets
// could fill every turn, and each cancellation reaches its request whatever queue it waits in.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "request_fixture.hpp"

namespace {

using loom::Operation;
using loom::OperationKind;
using loom::RequestOperation;
using loom::Tag;
using loom_test::some_operation;

template <class Which>
class Fairness : public loom_test::Backend<Which> {
 protected:
  static RequestOperation& reading(RequestOperation& read, const loom_test::Pipe& pipe,
                                   std::string& room) {
    read.request = loom::system::read(pipe.reader.get(), loom_test::room_in(room),
                                      loom::system::current_offset);
    read.tag = Tag(7, some_operation, 1);
    return read;
  }
};
TYPED_TEST_SUITE(Fairness, loom_test::RequestBackends, loom_test::BackendNames);

TYPED_TEST(Fairness, ARequestCompletesWhileSocketsCouldFillEveryTurn) {
  auto& bench = this->bench();
  constexpr std::uint32_t sockets = 3;
  constexpr std::uint32_t batch = 2;
  const std::string block(2048, 'x');
  loom_test::Descriptor peers[sockets];
  Operation receives[sockets];
  for (std::uint32_t n = 0; n < sockets; ++n) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    peers[n] = loom_test::Descriptor(ends[1]);
    receives[n] = bench.make(40 + n, OperationKind::receive, bench.backend.adopt(ends[0]));
    bench.submit(receives[n]);
  }
  const loom_test::Pipe pipe;
  std::string room(8, ' ');
  RequestOperation read;
  bench.submit(this->reading(read, pipe, room));
  bench.turn();
  pipe.write("x");
  for (int turns = 0; turns < 1000 && bench.in_flight.contains(7); ++turns) {
    for (const loom_test::Descriptor& end : peers) {
      while (::write(end.get(), block.data(), block.size()) > 0) {
      }
    }
    bench.turn(0, batch);
  }
  ASSERT_FALSE(bench.in_flight.contains(7)) << "a byte in a pipe was not read in 1000 turns";
  EXPECT_EQ(bench.answers_to(7).back().result, 1);
}

/// So few operations a turn that cancellations have to wait.
struct OneATurn : loom_test::TinyShape {
  static constexpr std::uint32_t submit_batch = 1;
};
struct Slowly {
  using Shape = OneATurn;
  static constexpr loom::FdTraits traits{};
};
template <class Which>
class QueuedCancellation : public Fairness<Which> {};
using SlowBackends = testing::Types<loom_test::OnIoUring<Slowly>, loom_test::OnEpoll<Slowly>>;
TYPED_TEST_SUITE(QueuedCancellation, SlowBackends, loom_test::BackendNames);

TYPED_TEST(QueuedCancellation, ReachesTheNextRequestOfItsRecordToo) {
  auto& bench = this->bench();
  const loom_test::Pipe pipe;
  std::string room(8, ' ');
  RequestOperation read;
  bench.submit(this->reading(read, pipe, room));
  ASSERT_TRUE(bench.run_until([&] { return !bench.backend.has_overflow(); }));
  bench.turn();
  RequestOperation fillers[8];
  for (std::uint32_t n = 0; n < 8; ++n) {
    fillers[n].request = loom::system::nop();
    fillers[n].tag = Tag(20 + n, some_operation, 1);
    bench.submit(fillers[n]);
  }
  loom::cancel_request(bench.backend, read);
  // While its cancellation waits behind the others it completes by itself, or is cancelled.
  pipe.write("x");
  ASSERT_TRUE(bench.run_until([&] { return !bench.in_flight.contains(7); }));
  std::string rest(8, ' ');
  if (bench.answers_to(7).back().result == -ECANCELED) {
    ASSERT_EQ(::read(pipe.reader.get(), rest.data(), rest.size()), 1);
  }
  bench.submit(read);
  loom::cancel_request(bench.backend, read);
  ASSERT_TRUE(bench.run_until([&] { return !bench.in_flight.contains(7); }, 1'000'000))
      << "nobody cancelled the second request";
  EXPECT_EQ(bench.answers_to(7).back().result, -ECANCELED);
  EXPECT_TRUE(bench.drain());
}

TEST(ResultOf, AnInterruptedCallIsCancelledWhenSomebodyCancelledIt) {
  RequestOperation request;
  EXPECT_EQ(loom::result_of(request, -EINTR), -EINTR);
  request.cancelled = true;
  EXPECT_EQ(loom::result_of(request, -EINTR), -ECANCELED);
  for (const std::int32_t plain : {0, 7, -EIO, -ECANCELED}) {
    EXPECT_EQ(loom::result_of(request, plain), plain);
  }
}

}  // namespace
