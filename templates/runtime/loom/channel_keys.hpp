// Where the unread message of each key lies in a channel that conflates by key: a table of twice as
// many places as the channel has cells, open addressing with linear probing, and removal by moving
// back what follows (Knuth, The Art of Computer Programming, volume 3, 6.4, algorithm R). It is the
// writer's alone, has its final size from the start and can never be full.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "assert.hpp"
#include "channel_layout.hpp"

namespace loom {

/// The positions of at most `capacity` keys.
template <class Key, std::uint32_t capacity>
class ChannelKeys {
  static_assert(std::has_single_bit(capacity) && capacity <= keyed_maximum_capacity);

 public:
  /// Where the message of `key` was written, if it is known here.
  [[nodiscard]] std::optional<std::uint64_t> find(Key key) const noexcept {
    const Place& place = places_[place_of(key)];
    if (!place.is_taken) return std::nullopt;
    return place.position;
  }

  /// The message of `key` is at `position` from now on.
  void set(Key key, std::uint64_t position) noexcept {
    Place& place = places_[place_of(key)];
    if (!place.is_taken) count_ += 1;
    LOOM_ASSERT(count_ <= capacity, "a channel has no more keys than cells");
    place = {.key = key, .is_taken = true, .position = position};
  }

  /// Forgets `key`, unless its message is at another position by now.
  void forget(Key key, std::uint64_t position) noexcept {
    std::uint32_t hole = place_of(key);
    if (!places_[hole].is_taken || places_[hole].position != position) return;
    count_ -= 1;
    // Bound: the table is at most half full, so the next free place ends it.
    for (std::uint32_t next = (hole + 1) & mask; places_[next].is_taken; next = (next + 1) & mask) {
      const std::uint32_t home = home_of(places_[next].key);
      // It stays where it is when its home lies behind the hole.
      if (((next - home) & mask) < ((next - hole) & mask)) continue;
      places_[hole] = places_[next];
      hole = next;
    }
    places_[hole].is_taken = false;
  }

 private:
  static constexpr std::uint32_t mask = 2 * capacity - 1;

  struct Place {
    Key key{};
    bool is_taken = false;
    std::uint64_t position = 0;
  };

  /// Fibonacci hashing: the upper bits of a product with 2^64 divided by the golden ratio.
  static std::uint32_t home_of(Key key) noexcept {
    constexpr int bits = std::bit_width(mask);
    const std::uint64_t product = static_cast<std::uint64_t>(key) * 0x9e3779b97f4a7c15U;
    return static_cast<std::uint32_t>(product >> (64 - bits));
  }

  /// The place of `key`, or the free one where it would be.
  [[nodiscard]] std::uint32_t place_of(Key key) const noexcept {
    std::uint32_t place = home_of(key);
    while (places_[place].is_taken && places_[place].key != key) place = (place + 1) & mask;
    return place;
  }

  std::array<Place, std::size_t{2} * capacity> places_{};
  std::uint32_t count_ = 0;
};

/// The type of a channel's key; Nothing for those without.
struct NoKey {};
template <class Channel>
consteval auto channel_key() {
  if constexpr (Channel::shape.full == ChannelFull::conflate_by_key) {
    using Key = std::remove_cvref_t<decltype(typename Channel::Message().*Channel::key)>;
    static_assert(std::is_integral_v<Key> || std::is_enum_v<Key>, "a key is an integer or an enum");
    return Key{};
  } else {
    return NoKey{};
  }
}

}  // namespace loom
