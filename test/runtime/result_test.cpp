// A Result is a value or the reason why there is none.
#include "loom/result.hpp"

#include <gtest/gtest.h>

#include <cerrno>

namespace {

using loom::Error;
using loom::Failure;
using loom::Result;

TEST(Result, HoldsAValueOrAnError) {
  const Result<int> value(7);
  ASSERT_TRUE(value);
  EXPECT_EQ(*value, 7);
  EXPECT_EQ(value.error().failure, Failure::none);

  const Result<int> failed(Error{Failure::system, ENOSPC});
  EXPECT_FALSE(failed);
  EXPECT_EQ(failed.error(), (Error{Failure::system, ENOSPC}));
  EXPECT_STREQ(failed.error().name(), "system");
}

TEST(Result, OfNothingIsSuccessUnlessItSaysWhyNot) {
  EXPECT_TRUE(Result<void>());
  const Result<void> closed(Failure::closed);
  EXPECT_FALSE(closed);
  EXPECT_STREQ(closed.error().name(), "closed");
}

}  // namespace
