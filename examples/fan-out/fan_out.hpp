// Counts primes for whoever asks. The loop of reactors.front never counts: pools.crunch does, its
// result comes home to the connection that asked, and reactors.totals is told of each answer.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <fan_out/handlers.hpp>
#include <optional>
#include <stdexcept>

/// How many primes are below `limit`, by trial division: slow on purpose.
inline std::uint32_t primes_below(std::uint32_t limit) noexcept {
  std::uint32_t count = 0;
  for (std::uint32_t n = 2; n < limit; ++n) {
    bool is_prime = true;
    for (std::uint32_t d = 2; is_prime && d * d <= n; ++d) is_prime = n % d != 0;
    count += is_prime ? 1 : 0;
  }
  return count;
}

/// Serves fds.seconds on reactors.totals: says every ten seconds how much was answered.
struct Totals : fan_out::TotalsBase<Totals> {
  /// Called by mail from reactors.front.
  void add(std::uint32_t primes) noexcept {
    answers_ += 1;
    primes_ += primes;
  }

  /// One line for people while there is something to say.
  void on_tick(loom::Tick /*tick*/) noexcept {
    if (answers_ == said_) return;
    said_ = answers_;
    char text[80];
    std::snprintf(text, sizeof text, "fan_out: %llu answers, %llu primes",
                  static_cast<unsigned long long>(answers_),
                  static_cast<unsigned long long>(primes_));
    reactor().log(text);
  }

 private:
  std::uint64_t answers_ = 0;
  std::uint64_t primes_ = 0;
  std::uint64_t said_ = 0;
};

/// The largest question; more would hold a worker for seconds.
inline constexpr std::uint32_t maximum_limit = 1'000'000;
inline constexpr const char* wrong_question = "a number up to 1000000";

/// The number that a line asks for; nothing when it is none, or too large.
inline std::optional<std::uint32_t> limit_of(loom::Bytes line) noexcept {
  std::uint32_t limit = 0;
  const std::string_view text = line.text();
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  const bool is_number = error == std::errc() && end == text.data() + text.size();
  return is_number && limit <= maximum_limit ? std::optional(limit) : std::nullopt;
}

/// Answers calls.primes: the same question from JavaScript, on a thread of pools.crunch.
struct Counter : fan_out::CounterBase<Counter> {
  fan_out::Primes on_call(auto& /*call*/, const fan_out::Limit& question) {
    if (question.limit > maximum_limit) throw std::out_of_range(wrong_question);
    return {.count = primes_below(question.limit)};
  }
};

/// Serves fds.straight on reactors.front: the same as Front, as straight-line code.
struct Straight : fan_out::StraightBase<Straight> {
  void run(auto& connection) {
    while (const auto line = connection.read()) {
      char text[32] = "";
      if (const auto limit = limit_of(*line)) {
        const auto primes = loom::offload(pools.crunch, [&] { return primes_below(*limit); });
        std::snprintf(text, sizeof text, primes ? "%u" : "busy", primes ? *primes : 0);
      } else {
        std::snprintf(text, sizeof text, "%s", wrong_question);
      }
      if (!connection.write_frame(std::string_view(text))) return;
    }
  }
};

/// Serves fds.questions on reactors.front: a line with a number, a line with the answer.
struct Front : fan_out::FrontBase<Front> {
  /// A question. What no worker can take now is answered at once.
  void on_data(Connection& connection, loom::Bytes line) noexcept {
    const auto limit = limit_of(line);
    if (!limit) return answer(connection, wrong_question);
    const loom::PostResult result = pools.crunch.submit(
        [limit = *limit] { return primes_below(limit); },
        [this, connection](loom::Result<std::uint32_t> primes) { tell(connection, primes); });
    if (!result) answer(connection, "busy");
  }

 private:
  void tell(const Connection& connection, const loom::Result<std::uint32_t>& primes) noexcept {
    if (!primes) return answer(connection, primes.error().name());
    char text[16];
    std::snprintf(text, sizeof text, "%u", *primes);
    answer(connection, text);
    // A full mailbox only makes the sums too small; the answer was given.
    static_cast<void>(
        reactors.totals.post<Totals>([count = *primes](Totals& totals) { totals.add(count); }));
  }

  /// A peer that does not read its answers loses the connection.
  static void answer(const Connection& connection, const char* text) noexcept {
    if (connection.write_frame(std::string_view(text)).value() == loom::WriteResult::full) {
      connection.abort();
    }
  }
};
