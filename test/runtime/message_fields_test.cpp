// What fields of messages are made of besides numbers: exact decimals and texts of a fixed size.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>

#include "loom/chars.hpp"
#include "loom/decimal.hpp"

namespace {

using loom::Chars;
using loom::Decimal;
using loom::DecimalError;

static_assert(std::is_trivially_copyable_v<Decimal<8>> && sizeof(Decimal<8>) == 8);
static_assert(std::is_standard_layout_v<Decimal<8>> && alignof(Decimal<8>) == 8);
static_assert(sizeof(Decimal<2, std::uint32_t>) == 4);
static_assert(std::is_trivially_copyable_v<Chars<5>> && sizeof(Chars<5>) == 5);
static_assert(Decimal<8>{268380000000}.text().length == 13);
static_assert(Decimal<2>{1} < Decimal<2>{2} && Decimal<2>{-1} < Decimal<2>{0});

template <class Number>
std::string text_of(Number number) {
  const loom::DecimalText text = number.text();
  return std::string(text.view());
}

template <class Number>
DecimalError error_of(std::string_view text) {
  Number number{77};
  const DecimalError error = number.set(text);
  if (error != DecimalError::none) EXPECT_EQ(number.unscaled, 77) << "a failed set changes nothing";
  return error;
}

template <class Number>
auto read(std::string_view text) {
  Number number{77};
  EXPECT_EQ(number.set(text), DecimalError::none) << text;
  return number.unscaled;
}

TEST(Decimal, ReadsWhatAnExchangeWrites) {
  EXPECT_EQ(read<Decimal<8>>("2683.80000000"), 268380000000);
  EXPECT_EQ(read<Decimal<8>>("0"), 0);
  EXPECT_EQ(read<Decimal<8>>("-0.00000001"), -1);
  EXPECT_EQ(read<Decimal<2>>("1.5"), 150);
  EXPECT_EQ(read<Decimal<2>>("007.1000000000000000000000000000"), 710);
  EXPECT_EQ(read<Decimal<0>>("12"), 12);
  EXPECT_EQ((read<Decimal<2, std::uint32_t>>("42949672.95")), 4294967295U);
  EXPECT_EQ((read<Decimal<2, std::uint32_t>>("-0.00")), 0U);
}

TEST(Decimal, RefusesWhatIsNotExactlySuchANumber) {
  for (const std::string_view text : {"", "-", ".", "1.", ".5", "+1", "1e3", "1,5", " 1", "1 ",
                                      "--1", "1.2.3", "0x1", "NaN", "1.00x", "1.99999999999x"}) {
    EXPECT_EQ(error_of<Decimal<2>>(text), DecimalError::malformed) << text;
  }
  EXPECT_EQ(error_of<Decimal<2>>("1.001"), DecimalError::too_precise);
  EXPECT_EQ(error_of<Decimal<0>>("1.5"), DecimalError::too_precise);
  EXPECT_EQ(error_of<Decimal<8>>("92233720368.54775808"), DecimalError::overflow);
  EXPECT_EQ(error_of<Decimal<8>>("-92233720368.54775809"), DecimalError::overflow);
  EXPECT_EQ(error_of<Decimal<0>>("99999999999999999999999"), DecimalError::overflow);
  EXPECT_EQ((error_of<Decimal<0, std::uint64_t>>("18446744073709551616")), DecimalError::overflow);
  EXPECT_EQ((error_of<Decimal<0, std::uint64_t>>("-1")), DecimalError::overflow);
  EXPECT_EQ((error_of<Decimal<1, std::int32_t>>("214748364.8")), DecimalError::overflow);
}

TEST(Decimal, WritesEveryPlace) {
  constexpr auto least = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(text_of(Decimal<8>{least}), "-92233720368.54775808");
  EXPECT_EQ(text_of(Decimal<8>{std::numeric_limits<std::int64_t>::max()}), "92233720368.54775807");
  EXPECT_EQ(text_of(Decimal<18>{-1}), "-0.000000000000000001");
  EXPECT_EQ(text_of(Decimal<18>{least}), "-9.223372036854775808");
  EXPECT_EQ(text_of(Decimal<0>{least}), "-9223372036854775808");
  EXPECT_EQ(text_of(Decimal<0>{0}), "0");
  EXPECT_EQ(text_of(Decimal<2>{5}), "0.05");
  EXPECT_EQ((text_of(Decimal<0, std::uint64_t>{18446744073709551615U})), "18446744073709551615");
  EXPECT_EQ((text_of(Decimal<1, std::int32_t>{-2147483647 - 1})), "-214748364.8");
}

template <class Number>
void expect_round_trips(std::uint64_t seed) {
  using Base = decltype(Number::unscaled);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 2000; ++round) {
    const Number number{static_cast<Base>(random() >> (random() % 64))};
    EXPECT_EQ(read<Number>(text_of(number)), number.unscaled) << "seed " << seed;
  }
}

TEST(Decimal, ReadsBackWhatItWrote) {
  expect_round_trips<Decimal<0>>(1);
  expect_round_trips<Decimal<8>>(2);
  expect_round_trips<Decimal<18>>(3);
  expect_round_trips<Decimal<18, std::uint64_t>>(4);
  expect_round_trips<Decimal<4, std::int32_t>>(5);
  expect_round_trips<Decimal<9, std::uint32_t>>(6);
}

TEST(Chars, HoldsATextOrRefusesIt) {
  Chars<8> symbol;
  EXPECT_EQ(symbol.view(), "");
  EXPECT_TRUE(symbol.set("BTCUSDT"));
  EXPECT_EQ(symbol, "BTCUSDT");
  EXPECT_TRUE(symbol.set("12345678"));
  EXPECT_EQ(symbol.view().size(), 8U);
  EXPECT_FALSE(symbol.set("123456789"));
  EXPECT_FALSE(symbol.set(std::string_view("a\0b", 3)));
  EXPECT_EQ(symbol, "12345678") << "a refused text changes nothing";
  EXPECT_TRUE(symbol.set("x"));
  EXPECT_EQ(symbol.bytes[1], '\0') << "nothing is left of a longer text";
  EXPECT_EQ(symbol.bytes[7], '\0');
  EXPECT_TRUE(symbol.set(""));
  EXPECT_EQ(symbol, Chars<8>{});
}

}  // namespace
