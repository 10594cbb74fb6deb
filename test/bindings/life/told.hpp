// Does what the lines that it is sent say: tell of a gap, throw, hold the loop, publish, fault. And
// squares and doubles numbers on a pool.
#pragma once

#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <life/handlers.hpp>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

/// Serves fds.market.
struct Told : life::ToldBase<Told> {
  void on_close(auto& /*connection*/, const loom::CloseReason& reason) {
    if (reason.kind == loom::CloseKind::stopped && throws_at_stop_) {
      throw std::runtime_error("not this end");
    }
  }

  void on_data(auto& connection, loom::Bytes line) {
    const std::string_view text = line.text();
    if (text == "gap") this->notify_gap(connection, {.stream = 7, .expected = 10, .received = 12});
    if (text == "resynced") this->notify_resynced(connection, {.stream = 7, .at = 15});
    if (text == "throw at stop") throws_at_stop_ = true;
    if (text == "throw") throw std::runtime_error("not this line");
    // loom: allow blocking — the test wants a loop that is held up
    if (text == "hold") std::this_thread::sleep_for(std::chrono::milliseconds(60));
    if (text == "stop") this->reactor().stop();
    if (text == "fault") raise(SIGSEGV);  // the same to a handler as a fault of memory
    if (text.starts_with("publish ")) publish(std::atoi(std::string(text.substr(8)).c_str()));
  }

  /// What JavaScript posts goes back to it.
  void on_message(auto& /*channel*/, const life::Count& message) { this->counts.publish(message); }

 private:
  void publish(int times) {
    for (int n = 0; n < times; ++n) {
      this->counts.publish({.count = published_});
      published_ += 1;
    }
  }

  std::uint32_t published_ = 0;
  bool throws_at_stop_ = false;
};

/// Serves fds.itch.
struct Packets : life::PacketsBase<Packets> {
  void on_datagram(auto& socket, const loom::Datagram& datagram) {
    if (datagram.bytes.text() == "throw") throw 7;
    this->notify_gap(socket, {.expected = 1, .received = datagram.bytes.size()});
  }
};

/// Serves fds.squares: a fiber, which has each number squared by the pool.
struct Squares : life::SquaresBase<Squares> {
  void run(auto& connection) {
    while (const auto line = connection.read()) {
      const int number = std::atoi(std::string(line->text()).c_str());
      const auto square = loom::offload(this->pools.crunch, [&] { return number * number; });
      if (!square) return;
      const std::string text = std::to_string(*square);
      if (!connection.write_frame(std::string_view(text))) return;
    }
  }
};

/// Answers calls.twice.
struct Doubler : life::DoublerBase<Doubler> {
  life::Count on_call(auto& /*call*/, const life::Count& asked) {
    return {.count = 2 * asked.count};
  }
};
