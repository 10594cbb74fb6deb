// One line of the exchange into numbers, with simdjson's on-demand parser over the received bytes
// themselves. Everything is checked: required fields, their types, exact decimals, id order. What
// does not pass is a typed error and changes nothing.
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <loom/chars.hpp>
#include <span>
#include <string_view>

#include "book.hpp"
#include "decimal.hpp"
#include "pending.hpp"

namespace feed {

/// The messages of the exchange; `invalid` is everything else.
enum class MessageKind : std::uint8_t { invalid, depth, ticker, trade, snapshot };

/// Why a line is invalid.
enum class DecodeError : std::uint8_t {
  none,
  json,             ///< not one complete JSON object
  unknown_message,  ///< neither a stream known here nor a snapshot
  field,            ///< a required field is missing or has another type
  decimal,          ///< a price or quantity is not an exact decimal (decimal.hpp)
  too_many_levels,  ///< more than `maximum_levels` on a side
  values,           ///< fields contradict each other: U > u, bid not below ask, quantity 0
  symbol,           ///< a symbol other than that of the first sound message
};

/// bookTicker: the best bid and ask as of update `id`.
struct Ticker {
  std::uint64_t id = 0;
  Level bid;
  Level ask;
};

/// trade: `id` ascends within a symbol.
struct Trade {
  std::uint64_t id = 0;
  Level level;
};

/// Parses lines. Its memory is taken once, in the constructor.
class Decoder {
 public:
  /// The longest line it takes, in bytes.
  static constexpr std::size_t maximum_line = 256 * 1024;

  Decoder() noexcept { ready_ = parser_.allocate(maximum_line) == simdjson::SUCCESS; }

  /// Parses one line of `size` bytes; at least simdjson::SIMDJSON_PADDING bytes after it are
  /// readable. The answer says which of the accessors below holds the message until the next call.
  MessageKind decode(const char* text, std::size_t size) noexcept {
    error_ = DecodeError::none;
    const MessageKind kind = message(text, size);
    return error_ == DecodeError::none ? kind : MessageKind::invalid;
  }

  /// Why the last line was invalid.
  DecodeError error() const noexcept { return error_; }
  /// The instrument, empty before its first sound message.
  const loom::Chars<24>& symbol() const noexcept { return symbol_; }
  /// The last line's diff; levels stay valid until the next decode().
  Diff diff() const noexcept { return {first_id_, last_id_, bids(), asks()}; }
  /// The last line's snapshot; levels stay valid until the next decode().
  Snapshot snapshot() const noexcept { return {last_id_, bids(), asks()}; }
  /// The last line's bookTicker.
  Ticker ticker() const noexcept { return {last_id_, bid_, ask_}; }
  /// The last line's trade.
  Trade trade() const noexcept { return {last_id_, bid_}; }

 private:
  using Value = simdjson::ondemand::value;
  using Object = simdjson::ondemand::object;

  std::span<const Level> bids() const noexcept { return {bids_, bid_count_}; }
  std::span<const Level> asks() const noexcept { return {asks_, ask_count_}; }

  /// Keeps the first error of a line; false, so that a check can end with it.
  bool fail(DecodeError error) noexcept {
    if (error_ == DecodeError::none) error_ = error;
    return false;
  }

  MessageKind message(const char* text, std::size_t size) noexcept {
    simdjson::ondemand::document document;
    Object object;
    if (!ready_ || size > maximum_line ||
        parser_.iterate(text, size, size + simdjson::SIMDJSON_PADDING).get(document) ||
        document.get_object().get(object)) {
      fail(DecodeError::json);
      return MessageKind::invalid;
    }
    MessageKind kind = MessageKind::invalid;
    if (!envelope(object, kind)) return MessageKind::invalid;
    // The object is done: anything but the end of the text after it is not one JSON message.
    if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) fail(DecodeError::json);
    return kind;
  }

  /// {"stream": ..., "data": {...}} or {"lastUpdateId": ..., "bids": ..., "asks": ...}.
  bool envelope(Object& object, MessageKind& kind) noexcept {
    bool snapshot = false;
    bool data_seen = false;
    seen_ = 0;
    for (auto field : object) {
      Value value;
      if (field.error() || field.value().get(value)) return fail(DecodeError::json);
      const auto key = field.key().value_unsafe();
      if (key.unsafe_is_equal("stream")) {
        std::string_view name;
        if (!quoted(value, name)) return fail(DecodeError::field);
        kind = kind_of(name);
      } else if (key.unsafe_is_equal("data")) {
        if (kind == MessageKind::invalid) return fail(DecodeError::unknown_message);
        if (data_seen || !data(value, kind)) return fail(DecodeError::field);
        data_seen = true;
      } else if (key.unsafe_is_equal("lastUpdateId")) {
        snapshot = true;
        if (!number(value, seen_last, last_id_)) return false;
      } else if (key.unsafe_is_equal("bids")) {
        if (!levels(value, seen_bids, bids_, bid_count_)) return false;
      } else if (key.unsafe_is_equal("asks")) {
        if (!levels(value, seen_asks, asks_, ask_count_)) return false;
      }
    }
    if (data_seen && !snapshot) return true;
    if (!snapshot || data_seen) return fail(DecodeError::unknown_message);
    kind = MessageKind::snapshot;
    return seen_ == (seen_last | seen_bids | seen_asks) || fail(DecodeError::field);
  }

  /// "ethusdt@depth@100ms", "ethusdt@bookTicker", "ethusdt@trade".
  static MessageKind kind_of(std::string_view stream) noexcept {
    const std::size_t at = stream.find('@');
    if (at == std::string_view::npos) return MessageKind::invalid;
    const std::string_view name = stream.substr(at + 1);
    if (name == "bookTicker") return MessageKind::ticker;
    if (name == "trade") return MessageKind::trade;
    return name == "depth" || name.starts_with("depth@") ? MessageKind::depth
                                                         : MessageKind::invalid;
  }

  /// The inner object. Fields that are not known are skipped: exchanges add fields.
  bool data(Value& value, MessageKind kind) noexcept {
    Object object;
    if (value.get_object().get(object)) return fail(DecodeError::field);
    for (auto entry : object) {
      Value inner;
      if (entry.error() || entry.value().get(inner)) return fail(DecodeError::json);
      const char* key = entry.key().value_unsafe().raw();
      if (key[0] == '"' || key[1] != '"') continue;  // every field used here is named by a letter
      if (!field(key[0], inner, kind)) return false;
    }
    return checked(kind);
  }

  bool field(char name, Value& value, MessageKind kind) noexcept {
    if (name == 's') return symbol(value);
    if (kind == MessageKind::depth) {
      if (name == 'U') return number(value, seen_first, first_id_);
      if (name == 'u') return number(value, seen_last, last_id_);
      if (name == 'b') return levels(value, seen_bids, bids_, bid_count_);
      if (name == 'a') return levels(value, seen_asks, asks_, ask_count_);
    } else if (kind == MessageKind::ticker) {
      if (name == 'u') return number(value, seen_last, last_id_);
      if (name == 'b') return decimal(value, seen_bids, bid_.price);
      if (name == 'B') return decimal(value, seen_bid_quantity, bid_.quantity);
      if (name == 'a') return decimal(value, seen_asks, ask_.price);
      if (name == 'A') return decimal(value, seen_ask_quantity, ask_.quantity);
    } else {
      if (name == 't') return number(value, seen_last, last_id_);
      if (name == 'p') return decimal(value, seen_bids, bid_.price);
      if (name == 'q') return decimal(value, seen_bid_quantity, bid_.quantity);
    }
    return true;
  }

  /// Every required field came once, and they fit together.
  bool checked(MessageKind kind) noexcept {
    std::uint32_t required = seen_symbol | seen_last | seen_bids;
    bool sound = true;
    if (kind == MessageKind::depth) {
      required |= seen_first | seen_asks;
      sound = first_id_ <= last_id_;
    } else if (kind == MessageKind::ticker) {
      required |= seen_bid_quantity | seen_asks | seen_ask_quantity;
      sound = bid_.price < ask_.price && bid_.quantity > 0 && ask_.quantity > 0;
    } else {
      required |= seen_bid_quantity;
      sound = bid_.price > 0 && bid_.quantity > 0;
    }
    if (seen_ != required) return fail(DecodeError::field);
    if (!sound) return fail(DecodeError::values);
    symbol_known_ = true;
    return true;
  }

  /// Marks a field as seen; a field that comes twice is an error.
  bool first_time(std::uint32_t bit) noexcept {
    if ((seen_ & bit) != 0) return fail(DecodeError::field);
    seen_ |= bit;
    return true;
  }

  bool number(Value& value, std::uint32_t bit, std::uint64_t& into) noexcept {
    if (!first_time(bit)) return false;
    return !value.get_uint64().get(into) || fail(DecodeError::field);
  }

  bool decimal(Value& value, std::uint32_t bit, std::int64_t& into) noexcept {
    return first_time(bit) && decimal(value, into);
  }

  bool decimal(Value& value, std::int64_t& into) noexcept {
    std::string_view text;
    if (!quoted(value, text)) return fail(DecodeError::field);
    const Decimal parsed = parse_decimal(text);
    into = parsed.value;
    return parsed.error == DecimalError::none || fail(DecodeError::decimal);
  }

  /// [["price", "quantity"], ...]
  bool levels(Value& value, std::uint32_t bit, Level* into, std::size_t& count) noexcept {
    count = 0;
    simdjson::ondemand::array list;
    if (!first_time(bit)) return false;
    if (value.get_array().get(list)) return fail(DecodeError::field);
    for (auto item : list) {
      if (count == maximum_levels) return fail(DecodeError::too_many_levels);
      simdjson::ondemand::array pair;
      if (item.get_array().get(pair)) return fail(DecodeError::field);
      std::int64_t numbers[2] = {};
      std::size_t parts = 0;
      for (auto part : pair) {
        Value text;
        if (part.get(text) || parts == 2) return fail(DecodeError::field);
        if (!decimal(text, numbers[parts++])) return false;
      }
      if (parts != 2) return fail(DecodeError::field);
      into[count++] = {numbers[0], numbers[1]};
    }
    return true;
  }

  /// One parser serves one instrument: another symbol's diffs must never reach this book.
  bool symbol(Value& value) noexcept {
    std::string_view name;
    if (!first_time(seen_symbol)) return false;
    if (!quoted(value, name) || name.empty()) return fail(DecodeError::field);
    if (symbol_known_) return symbol_ == name || fail(DecodeError::symbol);
    return symbol_.set(name) || fail(DecodeError::field);
  }

  /// The text between the quotes of a JSON string, as it stands in the input. Escapes are left
  /// alone: no field used here needs one, and a decimal with a backslash is not a decimal.
  static bool quoted(Value& value, std::string_view& into) noexcept {
    const std::string_view token = value.raw_json_token();
    if (token.empty() || token.front() != '"') return false;
    const std::size_t last = token.find_last_of('"');
    if (last == 0) return false;
    into = token.substr(1, last - 1);
    return true;
  }

  static constexpr std::uint32_t seen_symbol = 1, seen_first = 2, seen_last = 4, seen_bids = 8,
                                 seen_asks = 16, seen_bid_quantity = 32, seen_ask_quantity = 64;

  bool ready_ = false;
  DecodeError error_ = DecodeError::none;
  std::uint32_t seen_ = 0;
  std::uint64_t first_id_ = 0;
  std::uint64_t last_id_ = 0;
  Level bid_;
  Level ask_;
  std::size_t bid_count_ = 0;
  std::size_t ask_count_ = 0;
  bool symbol_known_ = false;
  loom::Chars<24> symbol_;
  simdjson::ondemand::parser parser_;
  Level bids_[maximum_levels];
  Level asks_[maximum_levels];
};

}  // namespace feed
