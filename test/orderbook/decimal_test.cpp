// Exact decimals: every digit counts, every malformed text is refused with its own reason, and the
// fast path for the usual shape agrees with the slow one on any text.
#include "decimal.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>

namespace {

using feed::Decimal;
using feed::DecimalError;
using feed::parse_decimal;

std::int64_t value_of(std::string_view text) {
  const Decimal decimal = parse_decimal(text);
  EXPECT_EQ(decimal.error, DecimalError::none) << text;
  return decimal.value;
}

TEST(Decimal, KeepsEveryDigit) {
  EXPECT_EQ(value_of("2683.80000000"), 268'380'000'000);
  EXPECT_EQ(value_of("0.00000001"), 1);
  EXPECT_EQ(value_of("0.00000000"), 0);
  EXPECT_EQ(value_of("0"), 0);
  EXPECT_EQ(value_of("1"), 100'000'000);
  EXPECT_EQ(value_of("12.5"), 1'250'000'000);
  EXPECT_EQ(value_of("99999999.99999999"), 9'999'999'999'999'999);
  EXPECT_EQ(value_of("123456789.12345678"), 12'345'678'912'345'678);
  EXPECT_EQ(value_of("000000000000000000000000001.00000000"), 100'000'000);
}

TEST(Decimal, ReachesTheLargestValueAndNoFurther) {
  EXPECT_EQ(value_of("92233720368.54775807"), INT64_MAX);
  EXPECT_EQ(parse_decimal("92233720368.54775808").error, DecimalError::overflow);
  EXPECT_EQ(parse_decimal("92233720369").error, DecimalError::overflow);
  EXPECT_EQ(parse_decimal("18446744073709551616.00000000").error, DecimalError::overflow);
  EXPECT_EQ(parse_decimal(std::string(400, '9')).error, DecimalError::overflow);
}

TEST(Decimal, RefusesWhatIsNoDecimal) {
  for (const char* text : {"",
                           ".",
                           "1.",
                           ".5",
                           "-1.00000000",
                           "+1.00000000",
                           "1e5",
                           "1.0e8",
                           " 1.00000000",
                           "1.00000000 ",
                           "1..0000000",
                           "1.0000.000",
                           "12,5",
                           "0x10",
                           "1.0000000O",
                           "O.00000000",
                           "1/00000000",
                           "1.0000000:",
                           "1.\xff\xff\xff\xff\xff\xff\xff\xff",
                           "nan",
                           "\xb1.00000000"}) {
    EXPECT_EQ(parse_decimal(text).error, DecimalError::malformed) << text;
    EXPECT_EQ(parse_decimal(text).value, 0) << text;
  }
}

TEST(Decimal, RefusesMorePlacesThanItKeeps) {
  EXPECT_EQ(parse_decimal("1.000000001").error, DecimalError::too_precise);
  EXPECT_EQ(parse_decimal("1.000000000").error, DecimalError::too_precise);
}

TEST(Decimal, ReadsBackWhatWasWritten) {
  std::mt19937_64 random(20240808);
  for (int round = 0; round < 20'000; ++round) {
    // All magnitudes alike: shift by a random number of bits.
    const auto value = static_cast<std::int64_t>(random() >> (1 + random() % 63));
    std::string fraction = std::to_string(value % feed::decimal_scale);
    fraction.insert(0, feed::decimal_places - fraction.size(), '0');
    const std::string text = std::to_string(value / feed::decimal_scale) + "." + fraction;
    ASSERT_EQ(value_of(text), value) << text;
  }
}

TEST(Decimal, FastAndSlowPathAgreeOnAnyText) {
  std::mt19937_64 random(7);
  constexpr std::string_view alphabet =
      "0123456789012345678901234567890123456789..-/:;\"eE\x80\xff";
  int accepted = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text(random() % 20, '0');
    for (char& character : text) character = alphabet[random() % alphabet.size()];
    // Most texts get the usual shape with at most one character spoilt.
    if (round % 4 != 0) {
      text.assign(10 + random() % 8, '0');
      for (char& character : text) character = static_cast<char>('0' + random() % 10);
      text[text.size() - 9] = '.';
      if (random() % 2 == 0) text[random() % text.size()] = alphabet[random() % alphabet.size()];
    }
    const Decimal fast = parse_decimal(text);
    const Decimal slow = feed::detail::parse_decimal_slowly(text);
    ASSERT_EQ(fast.error, slow.error) << text;
    ASSERT_EQ(fast.value, slow.value) << text;
    if (fast.error == DecimalError::none) ++accepted;
  }
  EXPECT_GT(accepted, 50'000);
}

}  // namespace
