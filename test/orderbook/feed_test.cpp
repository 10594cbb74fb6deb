// Lines as an exchange sends them, sound and broken, through decoder, counters and book.
#include "feed.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace {

using feed::DecodeError;
using feed::Lane;
using feed::LineEffect;
using feed::MarketFeed;
using feed::MessageKind;

constexpr std::string_view snapshot_line =
    R"({"lastUpdateId":10,"bids":[["99.50000000","2.00000000"],["99.00000000","1.00000000"]],)"
    R"("asks":[["100.00000000","3.00000000"]]})";
constexpr std::string_view depth_line =
    R"({"stream":"xy@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"XY","U":11,"u":12,)"
    R"("b":[["99.60000000","4.00000000"],["99.50000000","0.00000000"]],"a":[]}})";
constexpr std::string_view ticker_line =
    R"({"stream":"xy@bookTicker","data":{"u":12,"s":"XY","b":"99.60","B":"4","a":"100","A":"3"}})";
constexpr std::string_view trade_line =
    R"({"stream":"xy@trade","data":{"e":"trade","E":1,"s":"XY","t":77,"p":"99.6","q":"0.5",)"
    R"("T":1,"m":true,"M":true}})";

class Feed : public testing::Test {
 protected:
  /// A line with the readable bytes behind it that a reactor guarantees; those are noise.
  LineEffect line(std::string_view text) {
    std::string padded(text);
    padded.append(64, '"');
    return feed.on_line(padded.data(), text.size(), lane);
  }

  DecodeError error_of(std::string_view text) {
    EXPECT_EQ(line(text).kind, MessageKind::invalid) << text;
    auto fresh = std::make_unique<MarketFeed>();
    std::string padded(text);
    padded.append(64, '"');
    fresh->on_line(padded.data(), text.size(), lane);
    return fresh->counters().first_error;
  }

  std::unique_ptr<MarketFeed> owned = std::make_unique<MarketFeed>();
  MarketFeed& feed = *owned;
  Lane lane;
};

TEST_F(Feed, KnowsEveryKind) {
  EXPECT_EQ(line(snapshot_line).kind, MessageKind::snapshot);
  EXPECT_EQ(line(depth_line).kind, MessageKind::depth);
  EXPECT_EQ(line(ticker_line).kind, MessageKind::ticker);
  EXPECT_EQ(line(trade_line).kind, MessageKind::trade);
  const feed::FeedCounters& counters = feed.counters();
  EXPECT_EQ(counters.depth + counters.tickers + counters.trades + counters.snapshots, 4U);
  EXPECT_EQ(counters.payload_bytes,
            snapshot_line.size() + depth_line.size() + ticker_line.size() + trade_line.size());
  EXPECT_EQ(counters.largest_payload, depth_line.size());
  EXPECT_EQ(counters.invalid, 0U);
  EXPECT_EQ(counters.disordered, 0U);
}

TEST_F(Feed, KeepsTheBookAndSaysWhenItsTopMoves) {
  EXPECT_TRUE(line(snapshot_line).top_changed);
  EXPECT_EQ(feed.book().bids.best(), (feed::Level{9'950'000'000, 200'000'000}));
  EXPECT_TRUE(line(depth_line).top_changed);
  EXPECT_EQ(feed.book().bids.best(), (feed::Level{9'960'000'000, 400'000'000}));
  EXPECT_EQ(feed.book().bids.size(), 2U) << "99.5 was taken away";
  EXPECT_FALSE(line(ticker_line).top_changed);
}

TEST_F(Feed, FieldsMayComeInAnyOrderAndUnknownOnesAreSkipped) {
  EXPECT_EQ(line(R"( { "stream" : "xy@depth" , "new" : [1,{"a":2}] , "data" : { "a" : [ [ "1.5" ,)"
                 R"( "2" ] ] , "b":[], "u": 12, "zz": null, "U" :11,"s": "XY" } } )")
                .kind,
            MessageKind::depth);
  EXPECT_EQ(line(R"({"asks":[],"bids":[],"lastUpdateId":18446744073709551615})").kind,
            MessageKind::snapshot);
}

TEST_F(Feed, RefusesWhatIsNotJson) {
  EXPECT_EQ(error_of(""), DecodeError::json);
  EXPECT_EQ(error_of("hello"), DecodeError::json);
  EXPECT_EQ(error_of("[]"), DecodeError::json);
  EXPECT_EQ(error_of("{}"), DecodeError::unknown_message);
  EXPECT_EQ(error_of(std::string(snapshot_line) + "{}"), DecodeError::json);
  EXPECT_EQ(error_of(std::string(feed::Decoder::maximum_line + 1, ' ')), DecodeError::json);
}

TEST_F(Feed, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(error_of(R"({"stream":"xy@kline","data":{}})"), DecodeError::unknown_message);
  EXPECT_EQ(error_of(R"({"stream":"depth","data":{}})"), DecodeError::unknown_message);
  EXPECT_EQ(error_of(R"({"data":{},"stream":"xy@depth"})"), DecodeError::unknown_message);
  EXPECT_EQ(error_of(R"({"stream":"xy@depth"})"), DecodeError::unknown_message);
}

/// `text` with its first `from` replaced.
std::string with(std::string_view text, std::string_view from, std::string_view to) {
  std::string changed(text);
  return changed.replace(changed.find(from), from.size(), to);
}

TEST_F(Feed, RefusesFieldsThatAreMissingTwiceOrOfAnotherType) {
  for (const auto& [from, to] :
       std::vector<std::pair<const char*, const char*>>{{"\"U\":11,", ""},
                                                        {"\"u\":12", "\"u\":\"12\""},
                                                        {"\"u\":12", "\"u\":-12"},
                                                        {"\"u\":12", "\"u\":12.5"},
                                                        {"\"u\":12", "\"u\":18446744073709551616"},
                                                        {"\"u\":12", "\"u\":12,\"u\":12"},
                                                        {"\"a\":[]", "\"a\":{}"},
                                                        {"\"a\":[]", "\"a\":[\"1\"]"},
                                                        {"\"a\":[]", "\"a\":[[\"1\"]]"},
                                                        {"\"a\":[]", "\"a\":[[\"1\",\"2\",\"3\"]]"},
                                                        {"\"a\":[]", "\"a\":[[1,2]]"},
                                                        {"\"s\":\"XY\",", ""},
                                                        {"\"s\":\"XY\"", "\"s\":7"}}) {
    EXPECT_EQ(error_of(with(depth_line, from, to)), DecodeError::field) << to;
  }
  EXPECT_EQ(error_of(with(snapshot_line, "\"lastUpdateId\":10,", "")),
            DecodeError::unknown_message);
  EXPECT_EQ(error_of(with(snapshot_line, "\"bids\"", "\"bid\"")), DecodeError::field);
}

TEST_F(Feed, RefusesNumbersThatAreNotExact) {
  EXPECT_EQ(error_of(with(depth_line, "99.60000000", "99.6e1")), DecodeError::decimal);
  EXPECT_EQ(error_of(with(depth_line, "99.60000000", "99.600000001")), DecodeError::decimal);
  EXPECT_EQ(error_of(with(depth_line, "99.60000000", "\\u0039.6")), DecodeError::decimal);
  EXPECT_EQ(error_of(with(ticker_line, "99.60", "")), DecodeError::decimal);
  EXPECT_EQ(error_of(with(trade_line, "0.5", "-0.5")), DecodeError::decimal);
}

TEST_F(Feed, RefusesWhatContradictsItself) {
  EXPECT_EQ(error_of(with(depth_line, "\"U\":11", "\"U\":13")), DecodeError::values);
  EXPECT_EQ(error_of(with(ticker_line, "99.60", "100.00")), DecodeError::values);
  EXPECT_EQ(error_of(with(trade_line, "0.5", "0")), DecodeError::values);
}

TEST_F(Feed, ABookHasOneSymbol) {
  line(snapshot_line);
  line(depth_line);
  EXPECT_EQ(line(with(trade_line, "XY", "YX")).kind, MessageKind::invalid);
  EXPECT_EQ(feed.counters().first_error, DecodeError::symbol);
}

TEST_F(Feed, ABrokenLineChangesNothing) {
  line(snapshot_line);
  const std::string broken = with(depth_line, "0.00000000", "x.00000000");
  EXPECT_EQ(line(broken).kind, MessageKind::invalid);
  EXPECT_EQ(feed.book().bids.best(), (feed::Level{9'950'000'000, 200'000'000}));
  EXPECT_EQ(line(depth_line).kind, MessageKind::depth) << "and the next line is read as ever";
  EXPECT_EQ(feed.sync().state(), feed::SyncState::live);
}

TEST_F(Feed, NoPrefixOfALineIsALine) {
  for (const std::string_view whole : {snapshot_line, depth_line, ticker_line, trade_line}) {
    for (std::size_t size = 0; size < whole.size(); ++size) {
      ASSERT_EQ(line(whole.substr(0, size)).kind, MessageKind::invalid) << whole.substr(0, size);
    }
  }
}

TEST_F(Feed, TooManyLevelsAreRefused) {
  std::string text = R"({"lastUpdateId":10,"asks":[],"bids":[["1","1"])";
  for (std::uint32_t count = 1; count < feed::maximum_levels; ++count) text += R"(,["1","1"])";
  EXPECT_EQ(line(text + "]}").kind, MessageKind::snapshot);
  EXPECT_EQ(error_of(text + R"(,["1","1"]]})"), DecodeError::too_many_levels);
}

TEST_F(Feed, IdsOfTickersAndTradesGrowOnEachConnection) {
  line(ticker_line);
  line(trade_line);
  Lane other;
  std::string padded(trade_line);
  padded.append(64, ' ');
  feed.on_line(padded.data(), trade_line.size(), other);
  EXPECT_EQ(feed.counters().disordered, 0U) << "another connection counts for itself";
  line(trade_line);
  line(ticker_line);
  EXPECT_EQ(feed.counters().disordered, 2U);
}

TEST_F(Feed, AsksForAPauseWhenWaitingDiffsFillTheirMemory) {
  int pauses = 0;
  std::uint64_t id = 11;
  for (; pauses == 0 && id < 10'000; ++id) {
    const std::string number = std::to_string(id);
    const std::string u = with(depth_line, "\"u\":12", "\"u\":" + number);
    const LineEffect effect = line(with(u, "\"U\":11", "\"U\":" + number));
    if (effect.pause) ++pauses;
    EXPECT_FALSE(effect.resume);
  }
  EXPECT_EQ(pauses, 1);
  EXPECT_EQ(feed.pauses(), 1U);
  EXPECT_TRUE(line(snapshot_line).resume);
  EXPECT_EQ(feed.sync().state(), feed::SyncState::live);
  EXPECT_EQ(feed.sync().book_id(), id - 1);
}

TEST_F(Feed, ResumesWhenNoSnapshotCanComeAnyMore) {
  bool paused = false;
  for (std::uint64_t id = 11; !paused && id < 10'000; ++id) {
    const std::string number = std::to_string(id);
    const std::string u = with(depth_line, "\"u\":12", "\"u\":" + number);
    paused = line(with(u, "\"U\":11", "\"U\":" + number)).pause;
  }
  ASSERT_TRUE(paused);
  EXPECT_TRUE(feed.on_snapshots_ended());
  EXPECT_FALSE(feed.on_snapshots_ended());
}

}  // namespace
