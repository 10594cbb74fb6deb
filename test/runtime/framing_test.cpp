// The framings: whatever pieces a stream arrives in and wherever the sink says "not now", the same
// messages come out, each with readable padding behind it.
//
// Every input lies in a heap block of exactly its size and padding, so that AddressSanitizer sees
// a framing that reads or copies one byte too many.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "framing_fixture.hpp"

namespace {

using loom::Bytes;
using loom::FeedResult;
using loom_test::Collector;
using loom_test::frame;
using loom_test::Parser;

using Line = loom::LineFraming<16>;
using Prefix1 = loom::LengthPrefixedFraming<1, std::endian::little, 16>;
using Prefix2 = loom::LengthPrefixedFraming<2, std::endian::big, 16>;
using Prefix4 = loom::LengthPrefixedFraming<4, std::endian::little, 16>;
using Prefix8 = loom::LengthPrefixedFraming<8, std::endian::big, 16>;

template <class Framing>
class EveryFraming : public testing::Test {};
using Framings = testing::Types<Line, Prefix1, Prefix2, Prefix4, Prefix8>;
TYPED_TEST_SUITE(EveryFraming, Framings);

const std::vector<std::string> sample = {"a", "", "hello", "0123456789abcdef", "", "", "z"};

TYPED_TEST(EveryFraming, EverySplitAtTwoPlacesGivesTheSameMessages) {
  const std::string stream = frame<TypeParam>(sample);
  const std::string_view view(stream);
  for (std::size_t first = 0; first <= view.size(); ++first) {
    for (std::size_t second = first; second <= view.size(); ++second) {
      Parser<TypeParam> parser;
      Collector sink;
      EXPECT_TRUE(parser.feed(view.substr(0, first), sink));
      EXPECT_TRUE(parser.feed(view.substr(first, second - first), sink));
      EXPECT_TRUE(parser.feed(view.substr(second), sink));
      ASSERT_EQ(sink.messages, sample) << "split at " << first << " and " << second;
    }
  }
}

TYPED_TEST(EveryFraming, ASinkThatCutsTheRestItselfGetsTheSameMessages) {
  const std::string stream = frame<TypeParam>(sample);
  const std::string_view view(stream);
  for (std::uint32_t cuts_most = 1; cuts_most <= sample.size(); ++cuts_most) {
    for (std::size_t first = 0; first <= view.size(); ++first) {
      for (std::uint32_t refuse_after = 1; refuse_after <= 3; ++refuse_after) {
        Parser<TypeParam> parser;
        Collector sink;
        sink.cut = &TypeParam::cut;
        sink.cuts_most = cuts_most;
        sink.refuse_after = refuse_after;
        EXPECT_TRUE(parser.feed(view.substr(0, first), sink));
        EXPECT_TRUE(parser.feed(view.substr(first), sink));
        ASSERT_EQ(sink.messages, sample) << "split at " << first << ", " << cuts_most << " cuts";
      }
    }
  }
}

TYPED_TEST(EveryFraming, WhatIsNotWholeOrTooLongIsNotCut) {
  const std::string stream = frame<TypeParam>({"0123456789abcdef"});
  for (std::size_t size = 0; size < stream.size(); ++size) {
    EXPECT_EQ(TypeParam::cut(Bytes(std::string_view(stream).substr(0, size))).bytes, 0U) << size;
  }
  EXPECT_EQ(TypeParam::cut(Bytes(std::string_view(stream))).bytes, stream.size());
  const std::string longer = frame<TypeParam>({"0123456789abcdefg"});
  EXPECT_EQ(TypeParam::cut(Bytes(std::string_view(longer))).bytes, 0U) << "past the maximum of 16";
}

TYPED_TEST(EveryFraming, OneByteAtATimeGivesTheSameMessages) {
  const std::string stream = frame<TypeParam>(sample);
  Parser<TypeParam> parser;
  Collector sink;
  for (const char& byte : stream) EXPECT_TRUE(parser.feed(std::string_view(&byte, 1), sink));
  EXPECT_EQ(sink.messages, sample);
}

TYPED_TEST(EveryFraming, ASinkThatIsNotReadyLosesNothingAndSeesNothingTwice) {
  const std::string stream = frame<TypeParam>(sample);
  const std::string_view view(stream);
  for (std::uint32_t refuse_after = 0; refuse_after < 3; ++refuse_after) {
    for (std::size_t split = 0; split <= view.size(); ++split) {
      Parser<TypeParam> parser;
      Collector sink;
      sink.refuse_after = refuse_after == 0 ? 1 : refuse_after;
      if (refuse_after == 0) sink.since_refusal = 1;
      EXPECT_TRUE(parser.feed(view.substr(0, split), sink));
      EXPECT_TRUE(parser.feed(view.substr(split), sink));
      ASSERT_EQ(sink.messages, sample) << "split at " << split << ", refusing " << refuse_after;
      ASSERT_GT(parser.refusals, 0U) << "the sink was meant to refuse";
    }
  }
}

TYPED_TEST(EveryFraming, RandomStreamsInRandomPiecesComeOutWhole) {
  for (std::uint32_t seed = 1; seed <= 50; ++seed) {
    std::mt19937 random(seed);
    std::vector<std::string> messages(random() % 60);
    for (std::string& message : messages) {
      message.resize(random() % 17);
      for (char& letter : message) letter = static_cast<char>('a' + random() % 26);
    }
    const std::string stream = frame<TypeParam>(messages);
    Parser<TypeParam> parser;
    Collector sink;
    sink.refuse_after = static_cast<std::uint32_t>(1 + random() % 4);
    for (std::size_t position = 0; position < stream.size();) {
      const std::size_t size = std::min<std::size_t>(1 + random() % 40, stream.size() - position);
      ASSERT_TRUE(parser.feed(std::string_view(stream).substr(position, size), sink));
      position += size;
    }
    ASSERT_EQ(sink.messages, messages) << "seed " << seed;
  }
}

TYPED_TEST(EveryFraming, AMessageOfTheMaximumPassesAndOneByteMoreDoesNot) {
  const std::string longest(TypeParam::maximum_bytes, 'x');
  const std::string good = frame<TypeParam>({longest});
  const std::string bad = frame<TypeParam>({"ok", longest + "x"});
  for (std::size_t split = 0; split <= good.size(); ++split) {
    Parser<TypeParam> parser;
    Collector sink;
    EXPECT_TRUE(parser.feed(std::string_view(good).substr(0, split), sink));
    EXPECT_TRUE(parser.feed(std::string_view(good).substr(split), sink));
    ASSERT_EQ(sink.messages, std::vector<std::string>{longest}) << "split at " << split;
  }
  for (std::size_t split = 0; split <= bad.size(); ++split) {
    Parser<TypeParam> parser;
    Collector sink;
    const bool first = parser.feed(std::string_view(bad).substr(0, split), sink);
    const bool fine = first && parser.feed(std::string_view(bad).substr(split), sink);
    EXPECT_FALSE(fine) << "split at " << split;
    ASSERT_EQ(sink.messages, std::vector<std::string>{"ok"}) << "split at " << split;
  }
}

TEST(LineFraming, DropsOneCarriageReturnWhereverItIsSplit) {
  const std::string stream = "one\r\n\r\ntwo\r\r\nthr\ree\n0123456789abcdef\r\n";
  const std::vector<std::string> expected = {"one", "", "two\r", "thr\ree", "0123456789abcdef"};
  for (std::size_t split = 0; split <= stream.size(); ++split) {
    Parser<Line> parser;
    Collector sink;
    EXPECT_TRUE(parser.feed(std::string_view(stream).substr(0, split), sink));
    EXPECT_TRUE(parser.feed(std::string_view(stream).substr(split), sink));
    ASSERT_EQ(sink.messages, expected) << "split at " << split;
  }
}

TEST(LineFraming, AnEndlessLineIsRefusedWithoutItsEnd) {
  Parser<Line> parser;
  Collector sink;
  bool fine = true;
  int fed = 0;
  while (fine && fed < 100) {
    fine = parser.feed("x", sink);
    fed += 1;
  }
  EXPECT_EQ(fed, 18) << "sixteen bytes and a possible carriage return may wait, not more";
}

TEST(LineFraming, SaysNothingUntilALineEnds) {
  Parser<Line> parser;
  Collector sink;
  EXPECT_TRUE(parser.feed("half", sink));
  EXPECT_TRUE(sink.messages.empty());
  EXPECT_TRUE(parser.feed(" a line\n", sink));
  EXPECT_EQ(sink.messages, std::vector<std::string>{"half a line"});
}

TEST(LineFraming, StopsAtTheVeryByteWhereTheRefusedLineBegins) {
  Line::State state;
  std::vector<std::byte> slab(Line::slab_bytes);
  std::vector<std::byte> input(16 + Bytes::padding);
  std::memcpy(input.data(), "one\ntwo\nthree\n", 14);
  Collector sink;
  sink.refuse_after = 1;
  const FeedResult result = Line::feed(state, slab.data(), Bytes(input.data(), 14), sink);
  EXPECT_EQ(result.consumed, 4U);
  EXPECT_FALSE(result.too_large);
  EXPECT_EQ(sink.messages, std::vector<std::string>{"one"});
}

TEST(LengthPrefixedFraming, WritesThePrefixInTheDeclaredWidthAndOrder) {
  EXPECT_EQ(frame<Prefix1>({"ab"}), std::string("\x02\x61\x62", 3));
  EXPECT_EQ(frame<Prefix2>({"ab"}), std::string("\x00\x02\x61\x62", 4));
  EXPECT_EQ(frame<Prefix4>({"ab"}), std::string("\x02\x00\x00\x00\x61\x62", 6));
  EXPECT_EQ(frame<Prefix8>({"ab"}), std::string("\x00\x00\x00\x00\x00\x00\x00\x02\x61\x62", 10));
}

TEST(LengthPrefixedFraming, KnowsTheLongestMessageItsPrefixCanAnnounce) {
  EXPECT_EQ(Prefix1::longest_bytes, 255U);
  EXPECT_EQ(Prefix2::longest_bytes, 65535U);
  EXPECT_EQ(Prefix4::longest_bytes, UINT32_MAX);
  EXPECT_EQ(Prefix8::longest_bytes, UINT32_MAX) << "a Bytes is never longer";
}

TEST(LengthPrefixedFraming, ALengthPastThirtyTwoBitsIsTooLargeNotTruncated) {
  Parser<Prefix8> parser;
  Collector sink;
  // 2^32 + 2: its low half alone would look like a message of two bytes.
  EXPECT_FALSE(parser.feed(std::string("\x00\x00\x00\x01\x00\x00\x00\x02\x61\x62", 10), sink));
  EXPECT_TRUE(sink.messages.empty());
}

TEST(LengthPrefixedFraming, AnEmptyMessageHasReadablePaddingEvenWhenItWasHeldBack) {
  Parser<Prefix1> parser;
  Collector sink;
  sink.refuse_after = 1;
  sink.since_refusal = 1;
  // The prefix is consumed, the sink refuses, and no byte of input is left to point at.
  EXPECT_TRUE(parser.feed(std::string("\x00", 1), sink));
  EXPECT_EQ(sink.messages, std::vector<std::string>{""});
}

TEST(RawFraming, GivesEachPieceAsOneMessageOrTakesNothing) {
  loom::RawFraming::State state;
  std::vector<std::byte> input(8 + Bytes::padding, std::byte{'r'});
  Collector sink;
  EXPECT_EQ(loom::RawFraming::feed(state, nullptr, Bytes(input.data(), 8), sink).consumed, 8U);
  EXPECT_EQ(sink.messages, std::vector<std::string>{"rrrrrrrr"});
  sink.refuse_after = 1;
  EXPECT_EQ(loom::RawFraming::feed(state, nullptr, Bytes(input.data(), 8), sink).consumed, 0U);
  EXPECT_EQ(loom::RawFraming::feed(state, nullptr, Bytes(), sink).consumed, 0U);
  EXPECT_EQ(sink.messages.size(), 1U) << "an empty input is no message";
}

}  // namespace
