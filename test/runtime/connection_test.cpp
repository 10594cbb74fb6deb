// What a hook can do with a connection, without a backend behind it: writes are all or nothing,
// frames must fit their prefix, and a connection that is over answers `closed`.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "loom/connection.hpp"
#include "loom/framing.hpp"
#include "loom/handler.hpp"
#include "support.hpp"

namespace {

using loom::Bytes;
using loom::Stat;
using loom::WriteResult;

struct Quiet : loom::HandlerBase<Quiet> {};
struct ShortFd {
  using Handler = Quiet;
  using Framing = loom::LengthPrefixedFraming<1, std::endian::little, 255>;
  static constexpr loom::StreamShape shape{.name = "short",
                                           .slots = 2,
                                           .buffer_bytes = 64,
                                           .buffer_count = 1,
                                           .write_queue_bytes = 1024};
};

/// A family whose first slot is an open connection.
class Open : public testing::Test {
 protected:
  Open() {
    family_->attach(loose_.core, handler_);
    slot().state = loom::SlotState::open;
  }
  loom::StreamSlot<ShortFd>& slot() { return family_->slots[0]; }
  loom::Connection<ShortFd> connection() { return loom::Connection<ShortFd>(slot()); }

  loom_test::LooseCore loose_;
  Quiet handler_;
  std::unique_ptr<loom::StreamFamily<ShortFd>> family_ =
      std::make_unique<loom::StreamFamily<ShortFd>>();
};

TEST_F(Open, AWriteIsQueuedWholeOrNotAtAll) {
  const std::string most(1000, 'm');
  EXPECT_EQ(connection().write(Bytes(std::string_view(most))).value(), WriteResult::queued);
  EXPECT_EQ(connection().writable_bytes(), 24U);
  EXPECT_EQ(connection().write(Bytes(std::string_view(most).substr(0, 25))).value(),
            WriteResult::full);
  EXPECT_EQ(connection().writable_bytes(), 24U) << "a refused write queues no byte";
  EXPECT_EQ(loose_.stat(Stat::writes_refused), 1U);
  EXPECT_TRUE(connection().write(Bytes(std::string_view(most).substr(0, 24))));
  EXPECT_EQ(connection().writable_bytes(), 0U);
  EXPECT_TRUE(connection().write(Bytes())) << "nothing always fits";
}

TEST_F(Open, AFrameCountsItsPrefix) {
  const std::string longest(255, 'f');
  for (int n = 0; n < 4; ++n) {
    EXPECT_TRUE(connection().write_frame(Bytes(std::string_view(longest))));
  }
  EXPECT_EQ(connection().writable_bytes(), 0U);
  EXPECT_EQ(connection().write_frame("").value(), WriteResult::full);
}

TEST_F(Open, AFrameThatItsPrefixCannotAnnounceIsRefusedForGood) {
  const std::string longer(256, 'l');
  EXPECT_EQ(connection().write_frame(Bytes(std::string_view(longer))).value(),
            WriteResult::too_large);
  EXPECT_EQ(connection().writable_bytes(), 1024U);
  EXPECT_FALSE(slot().write_refused) << "waiting for a drain would not help";
}

TEST_F(Open, NothingIsQueuedAfterAnEndWasAskedFor) {
  using Connection = loom::Connection<ShortFd>;
  for (void (Connection::*end)() const noexcept :
       {&Connection::close, &Connection::abort, &Connection::finish}) {
    slot().close_requested = slot().abort_requested = slot().finish_requested = false;
    EXPECT_TRUE(connection().write("x"));
    (connection().*end)();
    EXPECT_EQ(connection().write("x").value(), WriteResult::closed);
    EXPECT_EQ(connection().write_frame("x").value(), WriteResult::closed);
    EXPECT_EQ(connection().writable_bytes(), 0U);
    EXPECT_TRUE(connection().alive()) << "on_close was not called yet";
  }
}

TEST_F(Open, AConnectionKeptFromAnEarlierGenerationDoesNothing) {
  const loom::Connection<ShortFd> kept = connection();
  slot().generation += 1;
  EXPECT_FALSE(kept.alive());
  EXPECT_EQ(kept.write("x").value(), WriteResult::closed);
  kept.close();
  kept.abort();
  kept.pause();
  EXPECT_FALSE(slot().close_requested || slot().abort_requested || slot().paused);
  EXPECT_EQ(family_->take_dirty(), nullptr) << "nothing is to be settled";
}

TEST_F(Open, AConnectionOfNothingSaysClosed) {
  const loom::Connection<ShortFd> none;
  EXPECT_FALSE(none.alive());
  EXPECT_EQ(none.write("x").value(), WriteResult::closed);
  EXPECT_EQ(none.writable_bytes(), 0U);
  none.close();
}

TEST_F(Open, IsSettledOnceHoweverManyWishesItHas) {
  connection().write("a");
  connection().write("b");
  connection().pause();
  EXPECT_EQ(family_->take_dirty(), &slot());
  EXPECT_EQ(family_->take_dirty(), nullptr);
}

#ifndef NDEBUG
TEST_F(Open, TheStateOfAConnectionThatIsOverIsNobodys) {
  const loom::Connection<ShortFd> kept = connection();
  slot().generation += 1;
  EXPECT_DEATH(static_cast<void>(kept.state()), "a connection that is over");
}
#endif

}  // namespace
