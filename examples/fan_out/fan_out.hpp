// Counts primes for whoever asks. The loop of reactors.front never counts: pools.crunch does, its
// result comes home to the connection that asked, and reactors.totals is told of each answer.
#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <fan_out/handlers.hpp>

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

/// Serves fds.questions on reactors.front: a line with a number, a line with the answer.
struct Front : fan_out::FrontBase<Front> {
  /// The largest question; more would hold a worker for seconds.
  static constexpr std::uint32_t maximum_limit = 1'000'000;

  /// A question. What no worker can take now is answered at once.
  void on_data(Connection& connection, loom::Bytes line) noexcept {
    std::uint32_t limit = 0;
    const std::string_view text = line.text();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    const bool is_number = error == std::errc() && end == text.data() + text.size();
    if (!is_number || limit > maximum_limit) return answer(connection, "a number up to 1000000");
    const loom::PostResult result = pools.crunch.submit(
        [limit] { return primes_below(limit); },
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
