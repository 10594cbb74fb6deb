// The handler of the example: lines in, order book kept, top of book and result out. It joins the
// connections and channels that loom.config.ts declares to feed.hpp, which knows neither.
#pragma once

#include <cstdint>
#include <orderbook/handlers.hpp>
#include <span>
#include <type_traits>

#include "feed.hpp"
#include "latency.hpp"

/// Serves fds.market (4 connections) and fds.snapshot (1) on reactors.md.
struct Book : orderbook::BookBase<Book> {
  /// What each connection remembers.
  using State = feed::Lane;

  /// Levels of each side in the result.
  static constexpr std::uint32_t result_levels = 10;
  /// Lines between two reports of how far the streams are.
  static constexpr std::uint64_t flow_lines = 64;

  /// One line of the exchange. Bytes guarantees more readable bytes after its end than simdjson
  /// needs, so the line is parsed where it was received.
  void on_data(auto& connection, loom::Bytes line) noexcept {
    static_assert(loom::Bytes::padding >= simdjson::SIMDJSON_PADDING);
    const feed::LineEffect effect =
        feed_.on_line(line.text().data(), line.size(), connection.state());
    // Only diffs are ever paused, and they come over one connection of fds.market.
    if constexpr (is_market<decltype(connection)>) {
      if (effect.pause) {
        connection.pause();
        paused_ = connection;
      }
    }
    if (effect.resume) paused_.resume();
    if (effect.gap) {
      is_missing_ = true;
      this->notify_gap(connection, {.expected = feed_.sync().gap_expected(),
                                    .received = feed_.sync().gap_received()});
    }
    if (is_missing_ && feed_.sync().state() == feed::SyncState::live) {
      is_missing_ = false;
      this->notify_resynced(connection, {.at = feed_.sync().book_id()});
    }
    if (effect.top_changed) publish_top();
    const std::uint64_t now = this->reactor().now_nanoseconds();
    if (lines_ == 0) first_nanoseconds_ = this->reactor().batch_nanoseconds();
    ++lines_;
    if (lines_ % flow_lines == 0) publish_flow();
    last_nanoseconds_ = now;
    latency_.record(now - this->reactor().batch_nanoseconds());
  }

  /// The end of one connection, or its failure to connect: each of the five has exactly one.
  void on_close(auto& connection, loom::CloseReason why) noexcept {
    if (why.kind != loom::CloseKind::ended) ++broken_;
    if constexpr (!is_market<decltype(connection)>) {
      if (feed_.on_snapshots_ended()) paused_.resume();
    }
    if (++closed_ == connections) publish_result();
  }

 private:
  using Market = orderbook::fd::Market;
  static constexpr std::uint32_t connections =
      Market::shape.slots + orderbook::fd::Snapshot::shape.slots;

  template <class Connection>
  static constexpr bool is_market =
      std::is_same_v<typename std::remove_reference_t<Connection>::Descriptor, Market>;

  static orderbook::SyncState state_of(feed::SyncState state) noexcept {
    switch (state) {
      case feed::SyncState::waiting: return orderbook::SyncState::waiting;
      case feed::SyncState::primed: return orderbook::SyncState::primed;
      case feed::SyncState::live: return orderbook::SyncState::live;
    }
    return orderbook::SyncState::waiting;
  }

  void publish_top() noexcept {
    const feed::Level bid = feed_.book().bids.best();
    const feed::Level ask = feed_.book().asks.best();
    this->top.publish({.sequence = feed_.sync().book_id(),
                       .bid = {bid.price},
                       .bidQuantity = {bid.quantity},
                       .ask = {ask.price},
                       .askQuantity = {ask.quantity},
                       .messages = lines_,
                       .state = state_of(feed_.sync().state())});
  }

  void publish_flow() noexcept {
    const feed::FeedCounters& seen = feed_.counters();
    this->flow.publish({.stream = orderbook::Stream::depth, .messages = seen.depth});
    this->flow.publish({.stream = orderbook::Stream::ticker, .messages = seen.tickers});
    this->flow.publish({.stream = orderbook::Stream::trade, .messages = seen.trades});
    this->flow.publish({.stream = orderbook::Stream::snapshot, .messages = seen.snapshots});
  }

  void publish_side(orderbook::Side side, const auto& levels) noexcept {
    for (std::uint32_t depth = 0; depth < result_levels && depth < levels.size(); ++depth) {
      const feed::Level at = levels.level(depth);
      this->level.publish(
          {.side = side, .depth = depth, .price = {at.price}, .quantity = {at.quantity}});
    }
  }

  /// Levels first: whoever has seen the summary finds them all in their channel.
  void publish_result() noexcept {
    publish_flow();
    publish_side(orderbook::Side::bid, feed_.book().bids);
    publish_side(orderbook::Side::ask, feed_.book().asks);
    const feed::FeedCounters& seen = feed_.counters();
    const feed::SyncCounters& sync = feed_.sync().counters();
    this->summary.publish({.symbol = feed_.symbol(),
                           .depth = seen.depth,
                           .tickers = seen.tickers,
                           .trades = seen.trades,
                           .snapshots = seen.snapshots,
                           .payloadBytes = seen.payload_bytes,
                           .largestPayload = seen.largest_payload,
                           .invalid = seen.invalid,
                           .firstError = static_cast<std::uint32_t>(seen.first_error),
                           .brokenConnections = broken_,
                           .disordered = seen.disordered,
                           .crossed = seen.crossed,
                           .gaps = sync.gaps,
                           .diffs = {.applied = sync.diffs_applied,
                                     .ignored = sync.diffs_ignored,
                                     .lost = sync.diffs_lost,
                                     .pauses = feed_.pauses(),
                                     .pendingHighWater = feed_.sync().pending_high_water()},
                           .snapshot = {.id = feed_.sync().snapshot_id(),
                                        .used = sync.snapshots_used,
                                        .stale = sync.snapshots_stale},
                           .state = state_of(feed_.sync().state()),
                           .bookId = feed_.sync().book_id(),
                           .bidLevels = feed_.book().bids.size(),
                           .askLevels = feed_.book().asks.size(),
                           .overflows = feed_.book().overflows(),
                           .elapsedNanoseconds = last_nanoseconds_ - first_nanoseconds_,
                           .latency = {.p50 = latency_.percentile_nanoseconds(500),
                                       .p99 = latency_.percentile_nanoseconds(990),
                                       .p999 = latency_.percentile_nanoseconds(999),
                                       .maximum = latency_.maximum_nanoseconds()}});
  }

  /// A gap was found, and the book has not followed the diffs since.
  bool is_missing_ = false;
  std::uint32_t closed_ = 0;
  std::uint32_t broken_ = 0;
  std::uint64_t lines_ = 0;
  std::uint64_t first_nanoseconds_ = 0;
  std::uint64_t last_nanoseconds_ = 0;
  loom::Connection<Market> paused_;
  feed::LatencyHistogram latency_;
  feed::MarketFeed feed_;
};
