// Errors are values. What went wrong with a connection is a CloseReason, what became of a write
// is a WriteResult, and what kept a reactor from starting is a StartError whose code can be
// looked up with `loomgen explain`.
#pragma once

#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>

namespace loom {

/// Why a connection ended, or why a client could not connect. The numbers are shared with
/// the TypeScript bindings.
enum class CloseKind : std::uint16_t {
  none = 0,
  ended = 1,            ///< the peer sent FIN; everything queued was sent first
  reset = 2,            ///< ECONNRESET or EPIPE
  local = 3,            ///< close() on this side, after the write queue drained
  aborted = 4,          ///< abort() on this side
  refused = 5,          ///< connect(2) failed; `system_error` says how
  timed_out = 6,        ///< connect(2) took longer than connectTimeout, or ETIMEDOUT
  frame_too_large = 7,  ///< the peer announced or sent more than the framing's maximum
  stopped = 8,          ///< the reactor is stopping
  failed = 9,           ///< another error; `system_error` says which
  handler_threw = 10,   ///< a hook let an exception escape
  exhausted = 11,       ///< fiber style: no stack of its class was free
  /// Descriptors came that could not be received: more at once than `descriptors`, or this process
  /// may open no more (EMFILE).
  descriptors_lost = 12,
};

/// The word for a kind, as logs and the bindings print it.
constexpr const char* close_kind_name(CloseKind kind) noexcept {
  switch (kind) {
    case CloseKind::none: return "none";
    case CloseKind::ended: return "ended";
    case CloseKind::reset: return "reset";
    case CloseKind::local: return "local";
    case CloseKind::aborted: return "aborted";
    case CloseKind::refused: return "refused";
    case CloseKind::timed_out: return "timed_out";
    case CloseKind::frame_too_large: return "frame_too_large";
    case CloseKind::stopped: return "stopped";
    case CloseKind::failed: return "failed";
    case CloseKind::handler_threw: return "handler_threw";
    case CloseKind::exhausted: return "exhausted";
    case CloseKind::descriptors_lost: return "descriptors_lost";
  }
  return "unknown";
}

/// Why a connection ended: a kind, and the errno behind it (0 when there is none).
struct CloseReason {
  CloseKind kind = CloseKind::none;
  int system_error = 0;

  /// The word for the kind.
  [[nodiscard]] constexpr const char* name() const noexcept { return close_kind_name(kind); }

  /// The reason behind a failed receive or send; `error` is a positive errno.
  static constexpr CloseReason from_errno(int error) noexcept {
    if (error == ECONNRESET || error == EPIPE) return {CloseKind::reset, error};
    if (error == ETIMEDOUT) return {CloseKind::timed_out, error};
    return {CloseKind::failed, error};
  }
};

/// What became of a write. All or nothing: a refused write queued no byte.
class WriteResult {
 public:
  enum Value : std::uint8_t {
    queued,     ///< copied into the connection's write queue
    full,       ///< the queue lacks room; on_drain comes when half of it is free
    closed,     ///< the connection is closing or gone
    too_large,  ///< never fits: the framing's prefix or the whole queue is too short for it
    /// send_descriptor: it is not open, or there is no number left for its duplicate (EMFILE).
    no_descriptor,
    empty,  ///< a packet without bytes reads as the peer's end; it is never sent
  };

  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr WriteResult(Value value) noexcept : value_(value) {}

  /// Which of these it was.
  [[nodiscard]] constexpr Value value() const noexcept { return value_; }
  /// True when the bytes were queued.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return value_ == queued; }

 private:
  Value value_;
};

/// What kept a reactor from starting: a stable code, the fd concerned, errno, and a sentence.
struct StartError {
  const char* code = nullptr;  ///< nullptr: no error
  const char* fd = "";
  int system_error = 0;
  char message[400] = {};

  /// Whether something went wrong.
  [[nodiscard]] explicit operator bool() const noexcept { return code != nullptr; }

  /// An error with a printf-style sentence.
  [[gnu::format(printf, 4, 5)]] static StartError make(const char* code, const char* fd,
                                                       int system_error, const char* format,
                                                       ...) noexcept {
    StartError error;
    error.code = code;
    error.fd = fd;
    error.system_error = system_error;
    va_list values;
    va_start(values, format);
    std::vsnprintf(error.message, sizeof error.message, format, values);
    va_end(values);
    return error;
  }
};

/// Codes of StartError; `loomgen explain CODE` tells more of each.
namespace start_code {
inline constexpr const char* backend_unavailable = "LOOM5001";
inline constexpr const char* cannot_listen = "LOOM5002";
inline constexpr const char* core_not_allowed = "LOOM5003";
inline constexpr const char* out_of_memory = "LOOM5004";
inline constexpr const char* bad_address = "LOOM5005";
inline constexpr const char* cannot_start_thread = "LOOM5006";
inline constexpr const char* wrong_state = "LOOM5007";
inline constexpr const char* handler_threw = "LOOM5008";
inline constexpr const char* clock_unusable = "LOOM5009";
inline constexpr const char* cannot_start_worker = "LOOM5010";
inline constexpr const char* worker_core_not_allowed = "LOOM5011";
inline constexpr const char* cannot_start_watchdog = "LOOM5012";
inline constexpr const char* cannot_open_datagram = "LOOM5020";
inline constexpr const char* cannot_join = "LOOM5021";
inline constexpr const char* no_stacks = "LOOM5030";
inline constexpr const char* cannot_open = "LOOM5025";
inline constexpr const char* cannot_adopt = "LOOM5026";
inline constexpr const char* cannot_take_signals = "LOOM5027";
inline constexpr const char* cannot_open_file = "LOOM5040";
inline constexpr const char* no_direct_file = "LOOM5041";
inline constexpr const char* cannot_share = "LOOM5050";
}  // namespace start_code

}  // namespace loom
