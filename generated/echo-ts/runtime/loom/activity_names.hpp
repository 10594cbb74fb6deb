// The names of activities, and the lines about those that took too long: "fds.binance
// (Book::on_data)", "fds.lines (Lines::run, connection 3)". The generator writes one row for each
// fd and pool of a reactor that declares a budget.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "activity.hpp"

namespace loom {

/// The operations of one fd or pool.
struct ActivityRow {
  std::uint16_t first = 0;   ///< its first operation number
  std::uint16_t count = 0;   ///< how many follow one another
  const char* name = "";     ///< "fds.binance"
  const char* handler = "";  ///< "Book"; "": delivered to JavaScript
  const char* hooks = "";    ///< of each operation, separated by spaces; the last one repeats
};

/// Hooks of a stream's operations in their order: accept or connect, receive, send, and the rest.
inline constexpr const char* stream_hooks = "on_open on_data on_drain on_close";

/// Hooks of a datagram fd's operations in their order: receive, send, and the rest.
inline constexpr const char* datagram_hooks = "on_datagram on_drain on_error";

/// The rows of one reactor.
struct ActivityTable {
  const char* reactor = "";
  const ActivityRow* rows = nullptr;
  std::uint32_t row_count = 0;
};

namespace detail {

/// Writes the word number `index` of `words` into `text`; the last one where there are fewer.
inline void copy_word(const char* words, std::uint32_t index, char* text, std::size_t size) {
  for (; index > 0; --index) {
    const char* next = words;
    while (*next != '\0' && *next != ' ') ++next;
    if (*next == '\0') break;
    words = next + 1;
  }
  int length = 0;
  while (words[length] != '\0' && words[length] != ' ') ++length;
  std::snprintf(text, size, "%.*s", length, words);
}

/// Writes the name of a fiber into `text`: that of its fd, its handler and its connection, or the
/// one that it was spawned with.
inline void name_fiber(const ActivityTable& table, const FiberLabel& fiber, char* text,
                       std::size_t size) noexcept {
  if (fiber.connection == FiberLabel::no_connection) {
    std::snprintf(text, size, "the fiber \"%s\"", fiber.name);
    return;
  }
  const char* handler = "a fiber";
  const char* run = "";
  for (std::uint32_t n = 0; n < table.row_count; ++n) {
    if (std::strcmp(table.rows[n].name, fiber.name) != 0) continue;
    handler = table.rows[n].handler;
    run = "::run";
  }
  std::snprintf(text, size, "%s (%s%s, connection %u)", fiber.name, handler, run,
                static_cast<unsigned>(fiber.connection));
}

}  // namespace detail

/// Something that a reactor runs, as lines name it.
struct NamedActivity {
  std::uint32_t what = activity::idle;
  FiberLabel fiber{};  ///< when `what` is activity::fiber
};

/// Writes the name of an activity into `text`, cut where it does not fit.
inline void name_activity(const ActivityTable& table, const NamedActivity& named, char* text,
                          std::size_t size) noexcept {
  const std::uint32_t what = named.what;
  if (what == activity::fiber) return detail::name_fiber(table, named.fiber, text, size);
  const char* common = "something without a name";
  if (what == activity::mail) common = "a call that was posted";
  if (what == activity::command) common = "what JavaScript asked for";
  if (what == activity::message) common = "what a channel brought";
  if (what == common_operation::fiber) common = "what a fiber waited for";
  if (what == common_operation::request) common = "what follows a request";
  for (std::uint32_t n = 0; n < table.row_count; ++n) {
    const ActivityRow& row = table.rows[n];
    if (what < row.first || what - row.first >= row.count) continue;
    if (row.handler[0] == '\0') {
      std::snprintf(text, size, "%s (delivery to JavaScript)", row.name);
      return;
    }
    char hook[32];
    detail::copy_word(row.hooks, what - row.first, hook, sizeof hook);
    std::snprintf(text, size, "%s (%s%s%s)", row.name, row.handler,
                  hook[0] == '\0' ? "" : "::", hook);
    return;
  }
  std::snprintf(text, size, "%s", common);
}

/// Writes the line about an activity of a reactor.
inline void format_stall(char* line, std::size_t size, const ActivityTable& names,
                         const NamedActivity& named, const char* held, std::uint64_t nanoseconds,
                         const char* end) noexcept {
  char name[120];
  name_activity(names, named, name, sizeof name);
  const auto microseconds = static_cast<unsigned long long>(nanoseconds / 1000);
  const bool is_long = microseconds >= 10'000;
  std::snprintf(line, size, "reactors.%s: %s %s the loop for %llu %s%s", names.reactor, name, held,
                is_long ? microseconds / 1000 : microseconds, is_long ? "ms" : "us", end);
}

}  // namespace loom
