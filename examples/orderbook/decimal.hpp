// Exact prices and quantities. An exchange sends them as decimal text ("2683.80000000"); a double
// would round them, so they become int64 counts of 10^-8 here. Text that is not exactly such a
// number is a typed error, never a guess.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>

namespace feed {

/// Digits kept after the decimal point.
inline constexpr std::size_t decimal_places = 8;

/// What the integer 1.0 is in a `Decimal`'s value: 10^decimal_places.
inline constexpr std::int64_t decimal_scale = 100'000'000;

/// Why a text is not a number of this kind.
enum class DecimalError : std::uint8_t {
  none,
  /// Not `digits` or `digits.digits`; a sign, an exponent and a bare point are malformed too.
  malformed,
  /// More than `decimal_places` digits after the point.
  too_precise,
  /// Larger than an int64 count of 10^-8 can be (92233720368.54775807).
  overflow,
};

/// A number parsed from text; `value` counts 10^-8 and is 0 when there is an error.
struct Decimal {
  std::int64_t value = 0;
  DecimalError error = DecimalError::none;
};

namespace detail {

/// Eight ASCII digits at `text` as a number, or -1 if one of them is not a digit.
/// All eight at once: the checks and the three multiplications do not depend on a loop.
inline std::int64_t eight_digits(const char* text) noexcept {
  std::uint64_t bytes;
  std::memcpy(&bytes, text, sizeof bytes);
  static_assert(std::endian::native == std::endian::little);
  const std::uint64_t digits = bytes ^ 0x3030303030303030U;
  // A byte above 9 has a high nibble, or gets one when 6 is added.
  if (((digits | (digits + 0x0606060606060606U)) & 0xF0F0F0F0F0F0F0F0U) != 0) return -1;
  std::uint64_t sum = digits * 10 + (digits >> 8);  // pairs of digits, in every second byte
  sum = ((sum & 0x000000FF000000FFU) * 0x000F424000000064U +
         ((sum >> 16) & 0x000000FF000000FFU) * 0x0000271000000001U) >>
        32;
  return static_cast<std::int64_t>(sum);
}

/// Any length, any number of decimals: one digit after the other, overflow checked at each.
inline Decimal parse_decimal_slowly(std::string_view text) noexcept {
  constexpr std::uint64_t limit = std::numeric_limits<std::int64_t>::max();
  std::uint64_t value = 0;
  std::size_t places = 0;
  bool point = false;
  if (text.empty() || text.front() == '.' || text.back() == '.') {
    return {0, DecimalError::malformed};
  }
  bool overflow = false;
  const auto push = [&](std::uint64_t digit) {
    overflow = overflow || value > (limit - digit) / 10;
    if (!overflow) value = value * 10 + digit;
  };
  for (const char character : text) {
    if (character == '.' && !point) {
      point = true;
      continue;
    }
    if (character < '0' || character > '9') return {0, DecimalError::malformed};
    if (point) ++places;
    if (places <= decimal_places) push(static_cast<std::uint64_t>(character - '0'));
  }
  if (places > decimal_places) return {0, DecimalError::too_precise};
  for (; places < decimal_places; ++places) push(0);
  if (overflow) return {0, DecimalError::overflow};
  return {static_cast<std::int64_t>(value), DecimalError::none};
}

}  // namespace detail

/// Parses unsigned decimal text exactly. The usual shape, up to 8 digits, a point and 8 decimals,
/// takes no data-dependent loop longer than the integer part.
inline Decimal parse_decimal(std::string_view text) noexcept {
  constexpr std::size_t tail = decimal_places + 1;
  const std::size_t size = text.size();
  if (size <= tail || size > tail + 8 || text[size - tail] != '.') {
    return detail::parse_decimal_slowly(text);
  }
  const std::int64_t fraction = detail::eight_digits(text.data() + size - decimal_places);
  if (fraction < 0) return {0, DecimalError::malformed};
  std::int64_t whole = 0;
  for (std::size_t index = 0; index < size - tail; ++index) {
    const unsigned digit = static_cast<unsigned>(static_cast<unsigned char>(text[index])) - '0';
    if (digit > 9) return {0, DecimalError::malformed};
    whole = whole * 10 + digit;
  }
  // At most 99999999 * 10^8 + 99999999 < 10^16: this path cannot overflow.
  return {whole * decimal_scale + fraction, DecimalError::none};
}

}  // namespace feed
