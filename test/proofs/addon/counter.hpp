// Sends back every line and tells JavaScript of it.
#pragma once

#include <cstdint>
#include <lines/handlers.hpp>

struct Counter : lines::CounterBase<Counter> {
  void on_data(auto& connection, loom::Bytes line) noexcept {
    count_ += 1;
    // A full channel counts what it drops.
    static_cast<void>(this->counts.publish({.number = count_, .length = line.size()}));
    if (!connection.write_frame(line)) connection.close();
  }

 private:
  std::uint64_t count_ = 0;
};
