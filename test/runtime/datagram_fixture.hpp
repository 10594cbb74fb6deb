// A program of one datagram fd, put together by hand the way loomgen emits it, its scripted
// handler, and the fixture that starts and ends it on both backends.
#pragma once

#include <functional>
#include <string>

#include "program_fixture.hpp"

namespace loom_test {

/// The numbers of a single datagram fd's operations.
enum : std::uint16_t {
  datagram_receive = loom::common_operation::first_own,
  datagram_send,
  datagram_close,
  datagram_cancel,
  datagram_deadline,
};

/// How the tests of datagram fds receive: each of their files is compiled for both.
#ifdef LOOM_TEST_DIRECT
inline constexpr auto strategy = loom::ReceiveStrategy::direct;
#else
inline constexpr auto strategy = loom::ReceiveStrategy::multishot;
#endif

/// A DatagramShape with these numbers filled in, which receives as `receive` says.
constexpr loom::DatagramShape numbered(loom::DatagramShape shape,
                                       loom::ReceiveStrategy receive = strategy) {
  shape.name = "datagrams";
  shape.strategy = receive;
  shape.receive_operation = datagram_receive;
  shape.send_operation = datagram_send;
  shape.close_operation = datagram_close;
  shape.cancel_operation = datagram_cancel;
  shape.deadline_operation = datagram_deadline;
  return shape;
}

/// What a scripted handler of datagrams does; hooks that are empty do nothing.
template <class Fd>
struct DatagramScript {
  using Socket = loom::DatagramSocket<Fd>;
  std::function<void(Socket&)> on_open;
  std::function<void(Socket&, const loom::Datagram&)> on_datagram;
  std::function<void(Socket&, loom::Error)> on_error;
  std::function<void(Socket&)> on_drain;
  std::function<void(Socket&)> on_batch_end;
  Journal journal;
  /// The script of the program that runs now; set before its threads start.
  static inline DatagramScript* current = nullptr;
};

/// Calls the script.
template <class Fd>
class DatagramHandler : public loom::HandlerBase<DatagramHandler<Fd>> {
 public:
  void on_open(auto& socket) { call(script().on_open, socket); }
  void on_datagram(auto& socket, const loom::Datagram& datagram) {
    call(script().on_datagram, socket, datagram);
  }
  void on_error(auto& socket, loom::Error error) { call(script().on_error, socket, error); }
  void on_drain(auto& socket) { call(script().on_drain, socket); }
  void on_batch_end(auto& socket) { call(script().on_batch_end, socket); }

 private:
  DatagramScript<Fd>& script() { return *DatagramScript<Fd>::current; }
  template <class Hook, class... Arguments>
  static void call(const Hook& hook, Arguments&&... arguments) {
    if (hook) hook(std::forward<Arguments>(arguments)...);
  }
};

/// Shape of the reactor around one datagram fd.
template <class Fd>
struct OneDatagramShape : loom::ReactorShape {
  static constexpr const char* name = "main";
  static constexpr const char* thread_name = "test:main";
  static constexpr int core = loom::core_any;
  static constexpr loom::WaitMode wait = wait_of<Fd>();
  static constexpr std::uint64_t longest_wait_nanoseconds = longest_wait_of<Fd>();
  static constexpr std::uint64_t spin_nanoseconds = 0;
  static constexpr std::uint32_t completion_batch = 64;
  static constexpr std::uint32_t submission_entries = 64;
  static constexpr std::uint32_t completion_entries = 1024;
  static constexpr std::uint32_t own_handles = Fd::shape.sockets;
  static constexpr std::uint32_t handles = own_handles + 8;
  static constexpr std::uint32_t buffer_groups = 1;
  static constexpr std::uint32_t maximum_buffers = Fd::shape.receive_count;
  static constexpr std::uint32_t direct_sockets =
      Fd::shape.strategy == loom::ReceiveStrategy::direct ? Fd::shape.sockets : 0;
  static constexpr std::uint32_t delivery_offset = 1024;
  static constexpr std::uint32_t delivery_bytes = 4096;
  static constexpr std::uint32_t inbox_offset = delivery_offset + 128 + delivery_bytes;
  static constexpr std::uint32_t inbox_bytes = 4096;
  static constexpr std::uint32_t shared_bytes = inbox_offset + 128 + inbox_bytes;
};

/// The reactor around one datagram fd, as loomgen emits it.
template <class Fd>
struct OneDatagram {
  template <class Backend>
  class Emitted : public loom::Reactor<Emitted<Backend>, Backend, OneDatagramShape<Fd>> {
   public:
    using Shape = OneDatagramShape<Fd>;

    void dispatch(const loom::Completion& completion) noexcept {
      switch (completion.tag.operation()) {
        case datagram_receive: return this->received_datagram(datagrams_, completion);
        case datagram_send: return this->sent_datagrams(datagrams_, completion);
        case datagram_close: return this->closed_datagram(datagrams_, completion);
        case datagram_cancel: return this->cancelled_datagram(datagrams_, completion);
        case datagram_deadline: return this->retry_datagrams(datagrams_, completion);
        default: this->core_.stats().add(loom::Stat::stale_completions);
      }
    }
    loom::StartError start_fds(loom::ReactorRun& run) noexcept {
      handler_.attach_reactor(this->core_);
      datagrams_.attach(this->core_, handler_);
      return this->start_datagrams(run);
    }
    void begin() {
      handler_.on_start();
      this->begin_datagrams();
    }
    template <class Visit>
    void each_stream(Visit&&) noexcept {}
    template <class Visit>
    void each_datagram(Visit&& visit) noexcept {
      visit(datagrams_);
    }
    template <class Visit>
    void each_timer(Visit&&) noexcept {}
    template <class Visit>
    void each_channel(Visit&&) noexcept {}
    bool command_for(const loom::Record&) noexcept { return true; }

   private:
    typename Fd::Handler handler_;
    loom::DatagramFamily<Fd> datagrams_;
  };

  static constexpr loom::ReactorEntry entry{
      "main", OneDatagramShape<Fd>::shared_bytes,
      &loom::run_reactor<Emitted, OneDatagramShape<Fd>, loom::IoUring, loom::Epoll>};
};

/// A UDP socket of the test's own on 127.0.0.1, connected to `port` unless that is 0.
inline Descriptor udp_socket(std::uint16_t port = 0) {
  Descriptor fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const sockaddr_in any = loopback(0);
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0) return {};
  const sockaddr_in address = loopback(port);
  if (port != 0 &&
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return {};
  }
  return fd;
}

/// The address that a socket is bound to.
inline loom::PeerAddress name_of(const Descriptor& fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&storage), &size);
  return {&storage, size};
}

/// One datagram from a socket of the test's own; "(none)" when none comes.
inline std::string receive_one(const Descriptor& fd) {
  static thread_local char buffer[65536];
  if (!wait_for(fd.get(), POLLIN)) return "(none)";
  const ssize_t got = ::recv(fd.get(), buffer, sizeof buffer, 0);
  return got < 0 ? "(none)" : std::string(buffer, static_cast<std::size_t>(got));
}

/// Starts and ends the program around `Fd` on the backend that the test's parameter names.
template <class Fd>
class DatagramTest : public testing::TestWithParam<const char*> {
 protected:
  using Socket = loom::DatagramSocket<Fd>;

  void SetUp() override {
    DatagramScript<Fd>::current = &script_;
    current_table = {"test", loom::shared_abi, &OneDatagram<Fd>::entry, 1};
  }
  void TearDown() override {
    program_.join();
    EXPECT_EQ(stat(loom::Stat::in_flight), 0U) << "stop leaves no operation in flight";
    EXPECT_EQ(stat(loom::Stat::stale_completions), 0U);
    EXPECT_EQ(stat(loom::Stat::allocations_after_init), 0U);
  }

  /// Starts the program; the test must return at once when this is false.
  bool start(const std::string& address = "127.0.0.1:0") {
    const loom::StartReport report = start_report(address);
    if (!report.ok) {
      EXPECT_STREQ(report.code, loom::start_code::backend_unavailable) << report.message;
      // Only what this machine forbids may be skipped.
      EXPECT_TRUE(loom::IoUring<OneDatagramShape<Fd>>::probe()) << report.message;
      return false;
    }
    bound_ = report.bound[0].text;
    const std::size_t colon = bound_.rfind(':');
    if (colon != std::string::npos) {
      port_ = static_cast<std::uint16_t>(std::stoi(bound_.substr(colon + 1)));
    }
    return true;
  }

  /// Starts the program and gives what it answers.
  loom::StartReport start_report(const std::string& address) {
    address_ = address;
    override_ = {"datagrams", address_.c_str()};
    loom::ProgramStart program_start;
    program_start.reactors[0].shared = block_.data();
    program_start.backend = GetParam();
    program_start.addresses = &override_;
    program_start.address_count = 1;
    return program_.start(program_start);
  }

  [[nodiscard]] std::uint64_t stat(loom::Stat stat) const { return block_.stat(stat); }

  /// Wakes the loop and waits until it has gone around twice.
  bool turn_around() {
    const std::uint64_t turns = stat(loom::Stat::turns);
    return eventually([&] {
      program_.wake(0);
      return stat(loom::Stat::turns) >= turns + 2;
    });
  }

  /// Writes every datagram into the journal as "WHAT TEXT".
  void write_journal() {
    script_.on_datagram = [this](Socket&, const loom::Datagram& datagram) {
      journal_.add("datagram " + std::string(datagram.bytes.text()));
    };
    script_.on_error = [this](Socket&, loom::Error error) {
      journal_.add("error " + std::to_string(error.system_error));
    };
  }

  DatagramScript<Fd> script_;
  Journal& journal_ = script_.journal;
  SharedBlock block_{OneDatagramShape<Fd>::shared_bytes};
  std::string address_;
  std::string bound_;
  loom::AddressOverride override_;
  std::uint16_t port_ = 0;
  loom::RunningProgram program_;
};

}  // namespace loom_test
