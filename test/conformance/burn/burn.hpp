// Sends back every line, and keeps the worker busy between the lines `burn` and `rest`. The second
// is answered when every job has come home: `done SUBMITTED FINISHED NANOSECONDS` of processor
// time.
#pragma once

#include <burn/handlers.hpp>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <optional>
#include <string_view>

inline std::uint64_t thread_nanoseconds() noexcept {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(time.tv_nsec);
}

/// On a worker: burns two milliseconds of its processor. @returns how many it were
inline std::uint64_t burn_processor() noexcept {
  const std::uint64_t begin = thread_nanoseconds();
  std::uint64_t spent = 0;
  while (spent < 2'000'000) spent = thread_nanoseconds() - begin;
  return spent;
}

struct Echo : burn::EchoBase<Echo> {
  void on_data(auto& connection, loom::Bytes line) {
    if (!connection.write_frame(line)) connection.close();
  }
};

struct Control : burn::ControlBase<Control> {
  void on_data(Connection& connection, loom::Bytes line) noexcept {
    burning_ = line.text() == "burn";
    while (burning_ && submitted_ - finished_ < jobs_at_once) {
      if (!submit()) break;
    }
    if (burning_) {
      static_cast<void>(connection.write_frame(std::string_view("burning")));
      return;
    }
    asker_ = connection;
    answer_when_all_are_home();
  }

 private:
  /// One that runs, and one that waits.
  static constexpr std::uint64_t jobs_at_once = 2;

  bool submit() noexcept {
    const loom::PostResult result = pools.burners.submit([] { return burn_processor(); },
                                                         [this](loom::Result<std::uint64_t> spent) {
                                                           finished_ += 1;
                                                           nanoseconds_ += spent ? *spent : 0;
                                                           if (burning_)
                                                             static_cast<void>(submit());
                                                           answer_when_all_are_home();
                                                         });
    if (result) submitted_ += 1;
    return static_cast<bool>(result);
  }

  void answer_when_all_are_home() noexcept {
    if (burning_ || !asker_ || submitted_ != finished_) return;
    char text[96];
    std::snprintf(
        text, sizeof text, "done %llu %llu %llu", static_cast<unsigned long long>(submitted_),
        static_cast<unsigned long long>(finished_), static_cast<unsigned long long>(nanoseconds_));
    static_cast<void>(asker_->write_frame(std::string_view(text)));
    asker_.reset();
  }

  bool burning_ = false;
  std::uint64_t submitted_ = 0;
  std::uint64_t finished_ = 0;
  std::uint64_t nanoseconds_ = 0;
  std::optional<Connection> asker_;
};
