// What is compiled for other systems: the echo example's handler, one that is a fiber, and one that
// hears of signals.
#pragma once
#include "../../examples/echo/echo.hpp"

/// Straight-line code on a stack of its own.
struct Lines : echo::LinesBase<Lines> {
  void run(auto& connection) {
    while (const auto bytes = connection.read()) connection.write_frame(*bytes);
  }
};

/// Hears of SIGHUP.
struct Reload : echo::ReloadBase<Reload> {
  void on_signal(const loom::SignalInfo& info) { last = info.number; }
  int last = 0;
};
