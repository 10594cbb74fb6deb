// Everything the example does with a line, free of sockets and of the generated code: decode it,
// count it, keep the book in step. The handler (orderbook.hpp) and the tests both drive this.
#pragma once

#include <cstddef>
#include <cstdint>

#include "book.hpp"
#include "decode.hpp"
#include "sync.hpp"

namespace feed {

/// What is remembered of one connection: the last ids, each of which may only grow.
struct Lane {
  std::uint64_t ticker_id = 0;
  std::uint64_t trade_id = 0;
};

/// What came in so far.
struct FeedCounters {
  std::uint64_t depth = 0;
  std::uint64_t tickers = 0;
  std::uint64_t trades = 0;
  std::uint64_t snapshots = 0;
  std::uint64_t payload_bytes = 0;    ///< of all lines, valid or not, without their terminators
  std::uint64_t largest_payload = 0;  ///< bytes
  std::uint64_t invalid = 0;          ///< lines that decode() refused
  std::uint64_t disordered = 0;       ///< tickers and trades whose id did not grow
  std::uint64_t crossed = 0;          ///< diffs after which the live book was crossed
  DecodeError first_error = DecodeError::none;
};

/// What one line did, for the caller to act on.
struct LineEffect {
  MessageKind kind = MessageKind::invalid;
  /// The stream of diffs had a gap before this line.
  bool gap = false;
  /// The best bid or ask, or the quantity there, is another one now.
  bool top_changed = false;
  /// No more diffs should be read until `resume`.
  bool pause = false;
  /// Diffs may be read again.
  bool resume = false;
};

/// One instrument's feed.
class MarketFeed {
 public:
  const FeedCounters& counters() const noexcept { return counters_; }
  const BookSync& sync() const noexcept { return sync_; }
  const PriceBook& book() const noexcept { return sync_.book(); }
  /// The instrument, empty before its first sound message.
  const loom::Chars<24>& symbol() const noexcept { return decoder_.symbol(); }
  /// Times the diffs had to be paused.
  std::uint64_t pauses() const noexcept { return pauses_; }

  /// Takes one line of `size` bytes, followed by at least simdjson::SIMDJSON_PADDING readable ones.
  LineEffect on_line(const char* text, std::size_t size, Lane& lane) noexcept {
    counters_.payload_bytes += size;
    if (size > counters_.largest_payload) counters_.largest_payload = size;
    LineEffect effect;
    effect.kind = decoder_.decode(text, size);
    switch (effect.kind) {
      case MessageKind::depth:
        ++counters_.depth;
        effect.gap = sync_.on_diff(decoder_.diff());
        break;
      case MessageKind::snapshot:
        ++counters_.snapshots;
        sync_.on_snapshot(decoder_.snapshot());
        break;
      case MessageKind::ticker:
        ++counters_.tickers;
        grow(lane.ticker_id, decoder_.ticker().id);
        return effect;
      case MessageKind::trade:
        ++counters_.trades;
        grow(lane.trade_id, decoder_.trade().id);
        return effect;
      case MessageKind::invalid:
        ++counters_.invalid;
        if (counters_.first_error == DecodeError::none) counters_.first_error = decoder_.error();
        return effect;
    }
    book_changed(effect);
    return effect;
  }

  /// No snapshot will come any more. True when paused diffs may be read again.
  bool on_snapshots_ended() noexcept {
    sync_.on_snapshots_ended();
    LineEffect effect;
    balance(effect);
    return effect.resume;
  }

 private:
  void grow(std::uint64_t& last, std::uint64_t id) noexcept {
    if (id <= last) ++counters_.disordered;
    last = id;
  }

  void book_changed(LineEffect& effect) noexcept {
    const Level bid = book().bids.best();
    const Level ask = book().asks.best();
    effect.top_changed = bid != bid_ || ask != ask_;
    bid_ = bid;
    ask_ = ask;
    if (sync_.state() == SyncState::live && book().crossed()) ++counters_.crossed;
    balance(effect);
  }

  void balance(LineEffect& effect) noexcept {
    const bool full = sync_.full();
    effect.pause = full && !paused_;
    effect.resume = !full && paused_;
    paused_ = full;
    if (effect.pause) ++pauses_;
  }

  bool paused_ = false;
  std::uint64_t pauses_ = 0;
  Level bid_;
  Level ask_;
  FeedCounters counters_;
  Decoder decoder_;
  BookSync sync_;
};

}  // namespace feed
