// An echo server and a proxy as straight-line code: the loops read like the protocols.
#pragma once

#include <array>
#include <cstdlib>
#include <fibers/handlers.hpp>
#include <stdexcept>

/// Sends every line back. A read that fails is the end of the conversation, however it came.
struct Echo : fibers::EchoBase<Echo> {
  void run(auto& connection) {
    while (const auto line = connection.read()) {
      if (!connection.write_frame(*line)) return;
    }
  }
};

/// Carries bytes both ways between a client and the server that UPSTREAM names (127.0.0.1:7010).
class Proxy : public fibers::ProxyBase<Proxy> {
 public:
  void on_start() {
    const char* text = std::getenv("UPSTREAM");
    const auto address = loom::net::parse_address(text == nullptr ? "127.0.0.1:7010" : text);
    if (!address) throw std::runtime_error("UPSTREAM is no address such as 127.0.0.1:7010");
    upstream_ = *address;
  }

  void run(auto& client) {
    auto server = loom::net::connect(upstream_, reactor().now_nanoseconds() + patience_nanoseconds);
    if (!server) return;
    loom::when_all(
        [&] {
          while (const auto bytes = client.read()) {
            if (!server->write(*bytes)) return;
          }
          server->finish();
        },
        [&] {
          std::array<std::byte, 16384> buffer;
          while (const auto count = server->read(buffer)) {
            if (!client.write({buffer.data(), *count})) return;
          }
          client.finish();
        });
  }

 private:
  static constexpr std::uint64_t patience_nanoseconds = 5'000'000'000;

  loom::SocketAddress upstream_;
};
