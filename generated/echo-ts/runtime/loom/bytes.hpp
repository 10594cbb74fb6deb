// A view of bytes that somebody else owns. What a handler receives is a lease: it is valid
// until the hook returns, and at least `Bytes::padding` readable bytes follow its end, so that
// SIMD parsers may load past it without a copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "assert.hpp"

namespace loom {

/// A read-only view of at most 4 GiB; copies are cheap, the bytes are not owned.
class Bytes {
 public:
  /// Readable bytes after the end of every `Bytes` that a hook receives. Their values are
  /// unspecified. A `Bytes` that the user makes promises nothing of the kind.
  static constexpr std::size_t padding = 64;

  /// An empty view.
  constexpr Bytes() noexcept = default;

  /// Views `size` bytes at `data`.
  constexpr Bytes(const std::byte* data, std::size_t size) noexcept
      : data_(data), size_(static_cast<std::uint32_t>(size)) {
    LOOM_ASSERT(size <= UINT32_MAX, "a Bytes views at most 4 GiB");
  }

  /// Views the characters of `text`; not its terminator.
  // NOLINTNEXTLINE(google-explicit-constructor): write("text") is meant to read like that.
  Bytes(std::string_view text) noexcept
      : Bytes(reinterpret_cast<const std::byte*>(text.data()), text.size()) {}

  /// Views the characters of a literal, without its terminator.
  template <std::size_t Size>
  // NOLINTNEXTLINE(google-explicit-constructor)
  Bytes(const char (&text)[Size]) noexcept : Bytes(std::string_view(text, Size - 1)) {}

  /// Views all bytes of `span`.
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Bytes(std::span<const std::byte> span) noexcept : Bytes(span.data(), span.size()) {}

  /// The first byte, or nullptr for a default-made view.
  [[nodiscard]] constexpr const std::byte* data() const noexcept { return data_; }
  /// Length in bytes.
  [[nodiscard]] constexpr std::uint32_t size() const noexcept { return size_; }
  /// Whether the length is zero.
  [[nodiscard]] constexpr bool empty() const noexcept { return size_ == 0; }
  /// Iterators over the bytes.
  [[nodiscard]] constexpr const std::byte* begin() const noexcept { return data_; }
  [[nodiscard]] constexpr const std::byte* end() const noexcept { return data_ + size_; }

  /// The byte at `index`, which must be below size().
  [[nodiscard]] constexpr std::byte operator[](std::uint32_t index) const noexcept {
    LOOM_ASSERT(index < size_, "index past the end of a Bytes");
    return data_[index];
  }

  /// The same bytes as characters.
  [[nodiscard]] std::string_view text() const noexcept {
    return {reinterpret_cast<const char*>(data_), size_};
  }

  /// The part of `count` bytes that starts at `offset`; both must lie inside.
  [[nodiscard]] constexpr Bytes part(std::uint32_t offset, std::uint32_t count) const noexcept {
    LOOM_ASSERT(offset <= size_ && count <= size_ - offset, "part outside of a Bytes");
    return {data_ + offset, count};
  }

 private:
  const std::byte* data_ = nullptr;
  std::uint32_t size_ = 0;
};

}  // namespace loom
