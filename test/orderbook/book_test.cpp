// The flat, sorted sides against std::map, under random changes with the habits of a real stream.
#include "book.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <vector>

namespace {

using feed::Level;
using feed::Side;
using feed::SideKind;

/// The levels of a side, best first.
template <class AnySide>
std::vector<Level> levels_of(const AnySide& side) {
  std::vector<Level> levels;
  for (std::uint32_t depth = 0; depth < side.size(); ++depth) levels.push_back(side.level(depth));
  return levels;
}

/// The same of a map ordered best first.
template <class Map>
std::vector<Level> levels_of_map(const Map& map) {
  std::vector<Level> levels;
  for (const auto& [price, quantity] : map) levels.push_back({price, quantity});
  return levels;
}

/// Drives a side of `capacity` and a map that forgets its worst level the same way.
template <SideKind kind, std::uint32_t capacity, class Better>
void compare_with_map(std::uint64_t seed, int rounds, std::int64_t spread) {
  auto side = std::make_unique<Side<kind, capacity>>();
  std::map<std::int64_t, std::int64_t, Better> map;
  std::uint64_t overflows = 0;
  std::mt19937_64 random(seed);
  for (int round = 0; round < rounds; ++round) {
    // Squared, so that most changes come near one end, as they do near the top of a book.
    const auto draw = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(spread));
    const std::int64_t price = 1'000'000 + draw * draw / spread * (kind == SideKind::bids ? -1 : 1);
    const Level level{price, random() % 3 == 0 ? 0 : static_cast<std::int64_t>(random() % 1000)};
    side->set(level);
    if (level.quantity == 0) {
      map.erase(level.price);
    } else {
      map[level.price] = level.quantity;
      if (map.size() > capacity) {
        map.erase(std::prev(map.end()));
        ++overflows;
      }
    }
    ASSERT_EQ(side->size(), map.size());
    if (!map.empty()) {
      ASSERT_EQ(side->best(), (Level{map.begin()->first, map.begin()->second}));
    }
    if (round % 64 == 0) {
      ASSERT_EQ(levels_of(*side), levels_of_map(map));
    }
  }
  EXPECT_EQ(levels_of(*side), levels_of_map(map));
  EXPECT_EQ(side->overflows(), overflows);
}

TEST(Book, BidsAreWhatAMapHolds) {
  compare_with_map<SideKind::bids, 4096, std::greater<>>(1, 50'000, 3000);
}

TEST(Book, AsksAreWhatAMapHolds) {
  compare_with_map<SideKind::asks, 4096, std::less<>>(2, 50'000, 3000);
}

TEST(Book, FullSidesGiveUpTheirWorstAndCountIt) {
  compare_with_map<SideKind::bids, 24, std::greater<>>(3, 50'000, 200);
  compare_with_map<SideKind::asks, 24, std::less<>>(4, 50'000, 200);
  compare_with_map<SideKind::asks, 1, std::less<>>(5, 5'000, 50);
}

TEST(Book, AnEmptySideHasNoBest) {
  Side<SideKind::bids, 4> side{};
  EXPECT_EQ(side.best(), Level{});
  side.set({5, 0});
  EXPECT_EQ(side.size(), 0U);
  side.set({5, 7});
  side.set({5, 0});
  EXPECT_EQ(side.best(), Level{});
}

TEST(Book, AssignTakesLevelsInAnyOrder) {
  Side<SideKind::asks, 8> side{};
  side.set({1, 1});
  const std::vector<Level> given{{30, 3}, {10, 1}, {20, 2}, {10, 9}};
  side.assign(given);
  // The end is taken first, so of two entries for one price the first is the one that stays.
  EXPECT_EQ(levels_of(side), (std::vector<Level>{{10, 1}, {20, 2}, {30, 3}}));
  EXPECT_EQ(side.overflows(), 0U);
}

TEST(Book, KnowsWhenItIsCrossed) {
  auto book = std::make_unique<feed::PriceBook>();
  EXPECT_FALSE(book->crossed());
  const std::vector<Level> bids{{100, 1}};
  const std::vector<Level> asks{{101, 1}};
  book->assign(bids, asks);
  EXPECT_FALSE(book->crossed());
  book->bids.set({101, 1});
  EXPECT_TRUE(book->crossed());
  book->asks.set({101, 0});
  EXPECT_FALSE(book->crossed()) << "an empty side crosses nothing";
}

}  // namespace
