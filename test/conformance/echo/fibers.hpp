// echo.hpp as straight-line code.
#pragma once

#include <echo/handlers.hpp>

struct Echo : echo::EchoBase<Echo> {
  void run(auto& connection) {
    while (const auto message = connection.read()) {
      if (!connection.write_frame(*message)) return;
    }
  }
};
