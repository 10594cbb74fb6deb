// The word that travels through the kernel: every part comes out as it went in, at both ends of
// its range, and no part leaks into another.
#include <gtest/gtest.h>

#include <cstdint>

#include "loom/tag.hpp"

namespace {

using loom::Tag;

TEST(Tag, EveryPartSurvivesAtTheEndsOfItsRange) {
  const std::uint32_t slots[] = {0, 1, 0x55555, Tag::slot_limit - 1};
  const std::uint32_t operations[] = {0, 1, 0x555, Tag::operation_limit - 1};
  const std::uint32_t generations[] = {0, 1, 0x55555555, UINT32_MAX};
  for (const std::uint32_t slot : slots) {
    for (const std::uint32_t operation : operations) {
      for (const std::uint32_t generation : generations) {
        const Tag tag = Tag::from_word(Tag(slot, operation, generation).word());
        EXPECT_EQ(tag.slot(), slot);
        EXPECT_EQ(tag.operation(), operation);
        EXPECT_EQ(tag.generation(), generation);
      }
    }
  }
}

TEST(Tag, DifferentPartsMakeDifferentWords) {
  const Tag tag(7, 3, 9);
  EXPECT_NE(tag.word(), Tag(8, 3, 9).word());
  EXPECT_NE(tag.word(), Tag(7, 4, 9).word());
  EXPECT_NE(tag.word(), Tag(7, 3, 10).word());
  EXPECT_EQ(Tag().word(), Tag(0, 0, 0).word());
}

#ifndef NDEBUG
TEST(TagDeathTest, APartPastItsLimitIsTheProgramsMistake) {
  EXPECT_DEATH(Tag(Tag::slot_limit, 0, 0), "slot does not fit a tag");
  EXPECT_DEATH(Tag(0, Tag::operation_limit, 0), "operation does not fit a tag");
}
#endif

}  // namespace
