// System requests of fibers on both backends: files and sockets as straight-line code, time limits
// and cancellations of what the kernel is doing, and a stop with requests in flight.
#include <chrono>
#include <cstdlib>
#include <string>

#include "fiber_fixture.hpp"
#include "loom/framing.hpp"
#include "loom/pool.hpp"

namespace {

using loom::Bytes;
using loom::Failure;
using loom::OwnedDescriptor;
using loom_test::connect_to;
using loom_test::Descriptor;
using loom_test::receive_exactly;
using loom_test::send_all;

/// A server whose connections are handed to what a test wants to do with them.
struct ServerFd {
  using Handler = loom::FiberStream<ServerFd, loom_test::FiberHandler<ServerFd>, 0>;
  using Framing = loom::RawFraming;
  static constexpr loom::StackClass stacks{"connections", 65536, 4, 0};
  static constexpr loom::StreamShape shape =
      loom_test::numbered({.kind = loom::StreamKind::tcp_server,
                           .address = "127.0.0.1:0",
                           .slots = 4,
                           .buffer_bytes = 1024,
                           .buffer_count = 4,
                           .write_queue_bytes = 4096,
                           .options = {.no_delay = true, .reuse_address = true, .backlog = 16}});
};

class FiberAwait : public loom_test::FiberProgramTest<ServerFd> {
 protected:
  using Connection = loom::FiberConnection<ServerFd>;

  /// Runs `body` on a fiber of the program; the journal says "done" when it is over.
  void on_fiber(std::function<void()> body) {
    body_ = std::move(body);
    script_.on_start = [this](loom::ReactorCore& core) {
      EXPECT_TRUE(core.fibers().spawn(1, "tool", [this] {
        try {
          body_();
        } catch (const loom::FiberUnwind&) {
          script_.journal.add("unwound");
          throw;
        }
        script_.journal.add("done");
      }));
    };
  }
  bool done() { return script_.journal.wait_for("done"); }

  static std::uint64_t in_milliseconds(std::uint64_t count) {
    return loom::this_threads_fibers().core().now_nanoseconds() + count * 1'000'000;
  }
  /// A pipe in which nothing comes.
  struct Pipe {
    OwnedDescriptor out;
    OwnedDescriptor in;
    Pipe() {
      int fds[2] = {-1, -1};
      EXPECT_EQ(::pipe2(fds, O_CLOEXEC), 0);
      out = OwnedDescriptor(fds[0]);
      in = OwnedDescriptor(fds[1]);
    }
  };

  std::function<void()> body_;
};
INSTANTIATE_TEST_SUITE_P(Backends, FiberAwait, loom_test::both_backends(), loom_test::backend_name);

TEST_P(FiberAwait, AFileIsWrittenReadAndClosed) {
  char folder[] = "/tmp/loom_fiber_XXXXXX";
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/file";
  on_fiber([&] {
    auto file = loom::files::open(path.c_str(), O_RDWR | O_CREAT, 0600);
    ASSERT_TRUE(file);
    EXPECT_TRUE(loom::files::write(*file, "bids asks", 0));
    EXPECT_TRUE(loom::files::sync(*file));
    EXPECT_TRUE(loom::files::data_sync(*file));
    std::byte buffer[4];
    EXPECT_EQ(*loom::files::read(*file, buffer, 5), 4U);
    EXPECT_EQ(Bytes(buffer).text(), "asks");
    EXPECT_EQ(loom::files::read(*file, buffer, 9).error().failure, Failure::ended);
    EXPECT_TRUE(loom::files::close(std::move(*file)));
    EXPECT_EQ(file->get(), -1);
    const auto none = loom::files::open("/nowhere/at/all", O_RDONLY);
    EXPECT_EQ(none.error(), (loom::Error{Failure::system, ENOENT}));
  });
  LOOM_START_OR_SKIP();
  EXPECT_TRUE(done());
  ::unlink(path.c_str());
  ::rmdir(folder);
}

TEST_P(FiberAwait, AFullDiskIsATypedFailure) {
  on_fiber([] {
    auto full = loom::files::open("/dev/full", O_WRONLY);
    ASSERT_TRUE(full);
    EXPECT_EQ(loom::files::write(*full, "x").error(), (loom::Error{Failure::system, ENOSPC}));
  });
  LOOM_START_OR_SKIP();
  EXPECT_TRUE(done());
}

TEST_P(FiberAwait, ATimeLimitCancelsWhatTheKernelDoes) {
  on_fiber([&] {
    const Pipe pipe;
    std::byte buffer[8];
    for (int n = 0; n < 3; ++n) {
      const auto read = loom::files::read(pipe.out, buffer, loom::files::here, in_milliseconds(1));
      EXPECT_EQ(read.error().failure, Failure::timed_out);
    }
    EXPECT_TRUE(loom::files::write(pipe.in, "now"));
    EXPECT_EQ(*loom::files::read(pipe.out, buffer), 3U) << "the cancelled ones took nothing";
  });
  LOOM_START_OR_SKIP();
  EXPECT_TRUE(done());
}

TEST_P(FiberAwait, ACancelledScopeCancelsOperationsInFlight) {
  on_fiber([&] {
    const Pipe pipe;
    std::string words;
    loom::Scope scope;
    EXPECT_TRUE(scope.spawn(1, "reads", [&] {
      std::byte buffer[8];
      words += loom::files::read(pipe.out, buffer).error().name();
      words += " ";
      words += loom::files::read(pipe.out, buffer).error().name();
    }));
    EXPECT_TRUE(loom::sleep(1'000'000));
    EXPECT_EQ(words, "");
    scope.cancel();
    EXPECT_EQ(scope.join().error().failure, Failure::cancelled);
    EXPECT_EQ(words, "cancelled cancelled");
  });
  LOOM_START_OR_SKIP();
  EXPECT_TRUE(done());
}

TEST_P(FiberAwait, ADeadlineScopeCancelsOperationsInFlight) {
  on_fiber([&] {
    const Pipe pipe;
    loom::Result<std::uint32_t> read = Failure::none;
    loom::Scope scope(in_milliseconds(1));
    EXPECT_TRUE(scope.spawn(1, "reads", [&] {
      std::byte buffer[8];
      read = loom::files::read(pipe.out, buffer);
    }));
    EXPECT_EQ(scope.join().error().failure, Failure::timed_out);
    EXPECT_EQ(read.error().failure, Failure::cancelled);
  });
  LOOM_START_OR_SKIP();
  EXPECT_TRUE(done());
}

TEST_P(FiberAwait, AStopCancelsOperationsInFlight) {
  Pipe pipe;
  on_fiber([&] {
    script_.journal.add("begun");
    std::byte buffer[8];
    static_cast<void>(loom::files::read(pipe.out, buffer));
    ADD_FAILURE() << "the stop unwinds it";
  });
  LOOM_START_OR_SKIP();
  ASSERT_TRUE(script_.journal.wait_for("begun"));
  program_.request_stop();
  program_.join();
  EXPECT_TRUE(script_.journal.wait_for("unwound"));
}

TEST_P(FiberAwait, AStopWaitsForAWorkerThatHasBegun) {
  static constexpr loom::PoolEntry entry{"work", 1, 2, nullptr};
  loom::Pool pool;
  ASSERT_FALSE(pool.start(entry));
  loom::Baton release;
  on_fiber([&] {
    std::uint64_t on_stack = 0;
    EXPECT_TRUE(loom::offload(pool.queue(), [&] {
      script_.journal.add("begun");
      EXPECT_TRUE(release.wait());
      on_stack = 7;
    }));
    EXPECT_EQ(on_stack, 7U);
    static_cast<void>(loom::sleep(1));
    ADD_FAILURE() << "the next wait ends it";
  });
  LOOM_START_OR_SKIP();
  ASSERT_TRUE(script_.journal.wait_for("begun"));
  const loom::ReactorHandle reactor = program_.reactor(0);
  program_.request_stop();
  // It takes no mail any more: the loop is over, and only the job keeps it.
  EXPECT_TRUE(eventually([&] { return reactor.post([] {}).value() == loom::PostResult::closed; }))
      << "the loop does not wait for the worker";
  release.post();
  program_.join();
  EXPECT_TRUE(script_.journal.wait_for("unwound"));
}

TEST_P(FiberAwait, SocketsConnectAcceptReadAndWrite) {
  on_fiber([&] {
    auto listener = loom::net::listen(*loom::net::parse_address("127.0.0.1:0"));
    ASSERT_TRUE(listener);
    EXPECT_EQ(listener->accept(in_milliseconds(1)).error().failure, Failure::timed_out);
    auto ends = loom::when_all(
        loom::OnStacks{1}, [&] { return loom::net::connect(listener->address()); },
        [&] { return listener->accept(); });
    // Structured bindings cannot be captured (clang 14).
    auto& client = std::get<0>(ends);
    auto& server = std::get<1>(ends);
    ASSERT_TRUE(client && server);
    const std::string large(1 << 20, 'n');
    std::size_t received = 0;
    auto [sent, count] = loom::when_all(
        loom::OnStacks{1},
        [&] {
          const auto result = client->write(Bytes(std::string_view(large)));
          client->finish();
          return result;
        },
        [&] {
          std::byte buffer[4096];
          auto read = server->read(buffer);
          for (; read; read = server->read(buffer)) received += *read;
          return read;
        });
    EXPECT_TRUE(sent);
    EXPECT_EQ(count.error().failure, Failure::ended);
    EXPECT_EQ(received, large.size());
  });
  LOOM_START_OR_SKIP();
  EXPECT_TRUE(done());
}

TEST_P(FiberAwait, WhatCannotBeReachedIsATypedFailure) {
  on_fiber([&] {
    EXPECT_EQ(loom::net::parse_address("nonsense:port").error().system_error, EINVAL);
    EXPECT_EQ(loom::net::parse_address("1.2.3:80").error().system_error, EINVAL);
    EXPECT_TRUE(loom::net::parse_address("[::1]:80"));
    auto listener = loom::net::listen(*loom::net::parse_address("127.0.0.1:0"));
    ASSERT_TRUE(listener);
    const auto address = listener->address();
    EXPECT_EQ(loom::net::listen(address).error(), (loom::Error{Failure::system, EADDRINUSE}));
    *listener = loom::net::Listener();
    EXPECT_EQ(loom::net::connect(address).error(), (loom::Error{Failure::system, ECONNREFUSED}));
    const auto gone = loom::net::connect(*loom::net::parse_address("@loom-nobody-listens"));
    EXPECT_EQ(gone.error().failure, Failure::system);
  });
  LOOM_START_OR_SKIP();
  EXPECT_TRUE(done());
}

// A proxy in a few lines: each connection is carried to an address and back until one side ends.
TEST_P(FiberAwait, AConnectionIsCarriedToAnotherServer) {
  const Descriptor upstream(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto any = *loom::net::parse_address("127.0.0.1:0");
  ASSERT_EQ(::bind(upstream.get(), any.name(), any.bytes), 0);
  ASSERT_EQ(::listen(upstream.get(), 4), 0);
  loom::SocketAddress target;
  target.bytes = sizeof target.storage;
  ::getsockname(upstream.get(), reinterpret_cast<sockaddr*>(&target.storage), &target.bytes);
  script_.run = [&](Connection& connection) {
    auto server = loom::net::connect(target, in_milliseconds(10'000));
    ASSERT_TRUE(server);
    static_cast<void>(loom::when_any(
        loom::OnStacks{1},
        [&] {
          while (const auto bytes = connection.read()) {
            if (!server->write(*bytes)) return;
          }
        },
        [&] {
          std::byte buffer[4096];
          while (const auto count = server->read(buffer)) {
            if (!connection.write(Bytes(buffer, *count))) return;
          }
        }));
  };
  LOOM_START_OR_SKIP();
  Descriptor peer = connect_to(port_);
  ASSERT_TRUE(send_all(peer.get(), "to the server"));
  Descriptor carried(::accept4(upstream.get(), nullptr, nullptr, SOCK_CLOEXEC));
  EXPECT_EQ(receive_exactly(carried.get(), 13), "to the server");
  ASSERT_TRUE(send_all(carried.get(), "and back"));
  EXPECT_EQ(receive_exactly(peer.get(), 8), "and back");
  carried.close();
  EXPECT_TRUE(script_.journal.wait_for("end 0"));
}

}  // namespace
