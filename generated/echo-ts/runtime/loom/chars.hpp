// Text of a fixed size inside a message: UTF-8, padded with NUL, no terminator when it is full. It
// is copied as bytes and is the same in TypeScript, where `nameText()` reads it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace loom {

/// At most `length` bytes of text.
template <std::size_t length>
struct Chars {
  static_assert(length > 0, "a text has room for at least one byte");

  /// Bytes that fit.
  static constexpr std::size_t maximum_bytes = length;

  /// The bytes; those behind the text are NUL.
  std::array<char, length> bytes{};

  /// Takes a text, all or nothing. False, and nothing changed, when it is longer than
  /// `maximum_bytes` or contains NUL, where it would end too early.
  [[nodiscard]] constexpr bool set(std::string_view text) noexcept {
    if (text.size() > length || text.find('\0') != std::string_view::npos) return false;
    const auto end = std::copy(text.begin(), text.end(), bytes.begin());
    std::fill(end, bytes.end(), '\0');
    return true;
  }

  /// The text, as long as this object lives and is not changed.
  [[nodiscard]] constexpr std::string_view view() const& noexcept {
    return {bytes.data(),
            static_cast<std::size_t>(std::find(bytes.begin(), bytes.end(), '\0') - bytes.begin())};
  }
  std::string_view view() const&& = delete;

  friend constexpr bool operator==(const Chars& first, const Chars& second) noexcept {
    return first.view() == second.view();
  }
  friend constexpr bool operator==(const Chars& first, std::string_view second) noexcept {
    return first.view() == second;
  }
};

}  // namespace loom
