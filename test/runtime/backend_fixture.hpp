// The fixture of the tests that speak to backends directly: a typed test runs each of its cases on
// io_uring and on epoll, and skips by name where a machine forbids one.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "backend_bench.hpp"

namespace loom_test {

using loom::Operation;
using loom::OperationKind;

struct OnIoUring {
  using Bench = BackendBench<loom::IoUring>;
  static constexpr bool has_submission_queue = true;
};
struct OnEpoll {
  using Bench = BackendBench<loom::Epoll>;
  static constexpr bool has_submission_queue = false;
};
struct BackendNames {
  template <class Backend>
  static std::string GetName(int) {
    return std::is_same_v<Backend, OnIoUring> ? "io_uring" : "epoll";
  }
};

template <class Which>
class Backend : public testing::Test {
 protected:
  using Bench = typename Which::Bench;

  void SetUp() override {
    if (const loom::StartError error = bench().open()) GTEST_SKIP() << error.message;
  }

  Bench& bench() { return *bench_; }

  /// A connection: the test's end is `peer`, the backend's handle is returned.
  std::int32_t adopt_pair() {
    std::uint16_t port = 0;
    const Descriptor listener = loom_test::listen_anywhere(port);
    peer = loom_test::connect_to(port);
    EXPECT_TRUE(loom_test::wait_for(listener.get(), POLLIN));
    return bench().backend.adopt(
        ::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  }

  /// Starts an operation that needs nothing but a handle.
  Operation& start(std::uint32_t number, OperationKind kind, std::int32_t handle) {
    Operation& operation = records[number];
    operation = bench().make(number, kind, handle);
    bench().submit(operation);
    return operation;
  }

  Operation& start_send(std::uint32_t number, std::int32_t handle, std::string_view text) {
    Operation& operation = records[number];
    operation = bench().make(number, OperationKind::send, handle);
    operation.pointer = text.data();
    operation.size = static_cast<std::uint32_t>(text.size());
    bench().submit(operation);
    return operation;
  }

  Operation& start_connect(std::uint32_t number, std::int32_t handle, const void* address,
                           std::size_t size) {
    Operation& operation = records[number];
    operation = bench().make(number, OperationKind::connect, handle);
    operation.pointer = address;
    operation.size = static_cast<std::uint32_t>(size);
    bench().submit(operation);
    return operation;
  }

  Operation& start_cancel_receive(std::uint32_t number, Operation& receive) {
    Operation& operation = records[number];
    operation = bench().make(number, OperationKind::cancel_receive, receive.handle);
    operation.pointer = &receive;
    bench().submit(operation);
    return operation;
  }

  std::int32_t adopt_socket(int family) {
    return bench().backend.adopt(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  }

  Descriptor peer;
  std::array<Operation, 128> records;
  std::unique_ptr<Bench> bench_ = std::make_unique<Bench>();
};

using Backends = testing::Types<OnIoUring, OnEpoll>;

}  // namespace loom_test
