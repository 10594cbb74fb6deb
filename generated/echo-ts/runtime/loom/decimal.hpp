// Exact decimals: a whole number of 10^-scale, so that a price that an exchange sends as text is
// neither rounded nor a double anywhere. The same eight (or four) bytes are read in TypeScript.
#pragma once

#include <array>
#include <compare>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>

namespace loom {

/// The most decimal places: 10^18 is the last power that an int64 holds.
inline constexpr std::size_t decimal_maximum_scale = 18;

/// Why a text is not a decimal of some scale.
enum class DecimalError : std::uint8_t {
  none,
  malformed,    ///< not `digits` or `digits.digits`, with `-` before it for a negative number
  too_precise,  ///< a digit that is not 0 behind the last place
  overflow,     ///< more than the integer can count
};

/// The text of a decimal, in place.
struct DecimalText {
  /// A sign, 20 digits (or a 0 and 18 places), a point.
  static constexpr std::size_t maximum_characters = 22;

  std::array<char, maximum_characters> characters{};
  std::size_t length = 0;

  /// The text, as long as this object lives.
  [[nodiscard]] constexpr std::string_view view() const& noexcept {
    return {characters.data(), length};
  }
  std::string_view view() const&& = delete;
};

/// A number with `scale` decimal places.
template <std::size_t scale, std::integral Base = std::int64_t>
struct Decimal {
  static_assert(scale <= decimal_maximum_scale, "at most 18 decimal places");
  static_assert(sizeof(Base) == 4 || sizeof(Base) == 8, "a decimal counts in 32 or 64 bits");

  /// Decimal places.
  static constexpr std::size_t places = scale;

  /// The number times 10^scale.
  Base unscaled = 0;

  /// Takes the number that a text says, all or nothing. Zeros behind the last place are allowed,
  /// anything else there is not: nothing is rounded.
  [[nodiscard]] constexpr DecimalError set(std::string_view text) noexcept {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const Magnitude read = magnitude(text);
    if (read.error != DecimalError::none) return read.error;
    if (read.count > (negative ? lowest : highest)) return DecimalError::overflow;
    unscaled = static_cast<Base>(negative ? 0 - read.count : read.count);
    return DecimalError::none;
  }

  /// The number as text, with all its places: `2683.80000000`.
  [[nodiscard]] constexpr DecimalText text() const noexcept {
    // From the back, because that is where the digits come from.
    std::array<char, DecimalText::maximum_characters> reversed{};
    std::size_t length = 0;
    const bool negative = unscaled < 0;
    std::uint64_t rest = static_cast<std::uint64_t>(unscaled);
    if (negative) rest = 0 - rest;
    for (std::size_t digit = 0; digit <= scale || rest != 0; ++digit) {
      if (digit == scale && scale > 0) reversed[length++] = '.';
      reversed[length++] = static_cast<char>('0' + rest % 10);
      rest /= 10;
    }
    if (negative) reversed[length++] = '-';
    DecimalText text;
    text.length = length;
    for (std::size_t at = 0; at < length; ++at) text.characters[at] = reversed[length - 1 - at];
    return text;
  }

  friend constexpr auto operator<=>(const Decimal&, const Decimal&) noexcept = default;

 private:
  struct Magnitude {
    std::uint64_t count = 0;
    DecimalError error = DecimalError::none;
  };

  static constexpr std::uint64_t highest =
      static_cast<std::uint64_t>(std::numeric_limits<Base>::max());
  static constexpr std::uint64_t lowest = std::signed_integral<Base> ? highest + 1 : 0;

  /// What a text without sign counts.
  static constexpr Magnitude magnitude(std::string_view text) noexcept {
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    const bool has_fraction = point != std::string_view::npos;
    const std::string_view fraction = has_fraction ? text.substr(point + 1) : std::string_view{};
    if (whole.empty() || (has_fraction && fraction.empty())) return {0, DecimalError::malformed};
    Magnitude read;
    for (const char character : whole) append(read, character);
    for (std::size_t place = 0; place < fraction.size() || place < scale; ++place) {
      const char character = place < fraction.size() ? fraction[place] : '0';
      if (place < scale) {
        append(read, character);
      } else if (character < '0' || character > '9') {
        return {0, DecimalError::malformed};
      } else if (character != '0' && read.error == DecimalError::none) {
        read.error = DecimalError::too_precise;
      }
    }
    return read;
  }

  /// One more digit behind those that were read.
  static constexpr void append(Magnitude& read, char character) noexcept {
    if (character < '0' || character > '9') read.error = DecimalError::malformed;
    if (read.error != DecimalError::none) return;
    const auto digit = static_cast<std::uint64_t>(character - '0');
    constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    if (read.count > (most - digit) / 10) {
      read.error = DecimalError::overflow;
      return;
    }
    read.count = read.count * 10 + digit;
  }
};

}  // namespace loom
