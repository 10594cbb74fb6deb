// The fixture of the tests that speak to backends directly: a typed test runs each of its cases on
// io_uring and on epoll, and skips by name where a machine forbids one; with LOOM_TEST_KQUEUE on
// kqueue, emulated (test/kqueue).
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "backend_bench.hpp"
#ifdef LOOM_TEST_KQUEUE
#include "loom/backend/kqueue.hpp"
#endif

namespace loom_test {

using loom::Operation;
using loom::OperationKind;

/// As a config without a word about it has it.
struct Plain {
  using Shape = TinyShape;
  static constexpr loom::FdTraits traits{};
};
struct Oneshot {
  using Shape = TinyShape;
  static constexpr loom::FdTraits traits{.receive = loom::ReceiveStrategy::oneshot};
};
struct Direct {
  using Shape = TinyDirectShape;
  static constexpr loom::FdTraits traits{.receive = loom::ReceiveStrategy::direct};
};
struct Level {
  using Shape = TinyLevelShape;
  static constexpr loom::FdTraits traits{.trigger = loom::Trigger::level};
};

template <class Variant>
struct OnIoUring {
  using Bench = BackendBench<loom::IoUring, Variant>;
  static constexpr const char* name = "io_uring";
  static constexpr bool has_submission_queue = true;
};
template <class Variant>
struct OnEpoll {
  using Bench = BackendBench<loom::Epoll, Variant>;
  static constexpr const char* name = "epoll";
  static constexpr bool has_submission_queue = false;
};
struct BackendNames {
  template <class Backend>
  static std::string GetName(int) {
    constexpr loom::FdTraits traits = Backend::Bench::traits;
    std::string name = Backend::name;
    if (traits.receive == loom::ReceiveStrategy::oneshot) name += "_oneshot";
    if (traits.receive == loom::ReceiveStrategy::direct) name += "_direct";
    if (traits.trigger == loom::Trigger::level) name += "_level";
    return name;
  }
};

template <class Which>
class Backend : public testing::Test {
 protected:
  using Bench = typename Which::Bench;
  static constexpr bool is_direct = Bench::traits.receive == loom::ReceiveStrategy::direct;
  static constexpr bool is_oneshot = Bench::traits.receive == loom::ReceiveStrategy::oneshot;
  /// Whether a send waits in a submission queue, where one after the other may be counted.
  static constexpr bool queues_sends = Which::has_submission_queue && !is_direct;

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
        ::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC), Bench::traits);
  }

  /// A listener's handle.
  std::int32_t adopt_listener(Descriptor listener) {
    return bench().backend.adopt(listener.release(), {.trigger = Bench::traits.trigger});
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
    return bench().backend.adopt(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                                 Bench::traits);
  }

  Descriptor peer;
  std::array<Operation, 128> records;
  std::unique_ptr<Bench> bench_ = std::make_unique<Bench>();
};

#ifdef LOOM_TEST_KQUEUE
template <class Variant>
struct OnKqueue {
  using Bench = BackendBench<loom::Kqueue, Variant>;
  static constexpr const char* name = "kqueue";
  static constexpr bool has_submission_queue = false;
};
using Backends = testing::Types<OnKqueue<Plain>, OnKqueue<Direct>, OnKqueue<Level>>;
#else
using Backends = testing::Types<OnIoUring<Plain>, OnEpoll<Plain>, OnIoUring<Oneshot>,
                                OnIoUring<Direct>, OnEpoll<Direct>, OnEpoll<Level>>;
#endif

}  // namespace loom_test
