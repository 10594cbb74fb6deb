// The constants of a declared fd, as the generator writes them into `fds.hpp`. Everything that
// depends on the config and not on the moment is here, known at compile time.
#pragma once

#include <cstdint>

namespace loom {

/// What a stream fd is.
enum class StreamKind : std::uint8_t { tcp, tcp_server, unix_client, unix_server, pipe };

/// What a server does with a connection past its last slot.
enum class WhenFull : std::uint8_t {
  refuse,  ///< accept and close at once, counted
  wait,    ///< leave it in the kernel's backlog until a slot is free
};

/// How bytes are read from a connection: `fds.<name>.receive.strategy`.
enum class ReceiveStrategy : std::uint8_t {
  multishot,  ///< one receive stays armed and completes again and again
  oneshot,    ///< each completion needs a receive of its own (epoll: as multishot)
  /// As multishot, and a completion may bring several buffers: IORING_RECVSEND_BUNDLE, Linux 6.10.
  /// Older kernels and epoll: as multishot.
  bundle,
  direct,  ///< recv(2) is tried in every turn; only a loop that blocks waits for readiness
};

/// Sockets of one reactor whose receives are direct, at most: each costs a system call in every
/// turn.
inline constexpr std::uint32_t maximum_direct_sockets = 4096;

/// When epoll reports readiness: `fds.<name>.trigger`. io_uring has no such thing.
enum class Trigger : std::uint8_t {
  edge,   ///< once, when something new came (EPOLLET)
  level,  ///< as long as there is something, and only while an operation waits for it
};

/// How a backend serves a descriptor.
struct FdTraits {
  ReceiveStrategy receive = ReceiveStrategy::multishot;
  Trigger trigger = Trigger::edge;
  bool hands_over = false;  ///< accepts give plain descriptors, which may go to another reactor
  bool datagrams = false;   ///< a datagram socket: it neither connects nor ends
};

/// How the connections of a server spread over the instances of its reactor: `fds.<name>.spread`.
enum class Spread : std::uint8_t {
  none,         ///< its reactor has one instance
  reuse_port,   ///< each instance listens, SO_REUSEPORT: the kernel spreads by the peer's address
  round_robin,  ///< instance 0 accepts and deals them out
  least_inflight,  ///< instance 0 accepts; the one with the fewest connections gets the next
};

/// Socket options; 0 leaves the kernel's default.
struct SocketOptions {
  bool no_delay = false;                ///< TCP_NODELAY, tcp(7)
  bool reuse_address = false;           ///< SO_REUSEADDR, socket(7)
  bool reuse_port = false;              ///< SO_REUSEPORT, socket(7)
  bool ipv6_only = false;               ///< IPV6_V6ONLY, ipv6(7)
  bool quick_acknowledge = false;       ///< TCP_QUICKACK, tcp(7); clients
  int backlog = 0;                      ///< listen(2)
  int receive_buffer_bytes = 0;         ///< SO_RCVBUF
  int send_buffer_bytes = 0;            ///< SO_SNDBUF
  int keep_alive_idle_seconds = 0;      ///< TCP_KEEPIDLE; 0 is no SO_KEEPALIVE
  int keep_alive_interval_seconds = 0;  ///< TCP_KEEPINTVL
  int keep_alive_count = 0;             ///< TCP_KEEPCNT
  int user_timeout_milliseconds = 0;    ///< TCP_USER_TIMEOUT
  int busy_poll_microseconds = 0;       ///< SO_BUSY_POLL
  int mode = 0;                         ///< permission bits of a unix server's path
};

/// One stream fd: `fds.<name>` of the config.
struct StreamShape {
  const char* name = "";
  std::uint16_t index = 0;  ///< program-wide number
  StreamKind kind = StreamKind::tcp;
  const char* address = "";         ///< of a pipe: where it reads
  const char* write_address = "-";  ///< of a pipe: where it writes; `-` is nowhere
  std::uint32_t first_slot = 0;     ///< in the reactor's slot space
  std::uint32_t slots = 1;          ///< connections
  /// Operation numbers in the reactor's `Operation` enumeration; `open` is accept or connect.
  std::uint16_t open_operation = 0;
  std::uint16_t receive_operation = 0;
  std::uint16_t send_operation = 0;
  std::uint16_t shutdown_operation = 0;
  std::uint16_t close_operation = 0;
  std::uint16_t cancel_operation = 0;
  std::uint16_t deadline_operation = 0;
  std::uint16_t buffer_group = 0;
  std::uint32_t buffer_bytes = 65536;
  std::uint32_t buffer_count = 8;
  std::uint32_t write_queue_bytes = 262144;
  /// One message is one packet of SOCK_SEQPACKET; goes with PacketFraming.
  bool packets = false;
  FdTraits traits{};
  /// Unix kinds: descriptors that one connection may have waiting, each way; 0 passes none.
  std::uint32_t descriptors = 0;
  WhenFull full = WhenFull::refuse;
  Spread spread = Spread::none;  ///< servers
  std::uint32_t grow_at = 0;     ///< elastic groups: connections with which an instance is crowded
  std::uint64_t connect_timeout_nanoseconds = 0;    ///< clients; 0 is none
  std::uint64_t reconnect_initial_nanoseconds = 0;  ///< clients; 0 is never
  std::uint64_t reconnect_maximum_nanoseconds = 0;  ///< clients
  bool js_sends = false;                ///< JavaScript sends behind what the handler writes
  std::int32_t first_shared_slot = -1;  ///< slot words shared with JavaScript; -1 is none
  SocketOptions options{};

  /// Whether the fd listens.
  [[nodiscard]] constexpr bool is_server() const noexcept {
    return kind == StreamKind::tcp_server || kind == StreamKind::unix_server;
  }
  /// Whether the fd is a pipe of two ends.
  [[nodiscard]] constexpr bool is_pipe() const noexcept { return kind == StreamKind::pipe; }
  /// Whether sends are sendmsg(2) of a prepared msghdr.
  [[nodiscard]] constexpr bool sends_messages() const noexcept {
    return packets || descriptors != 0;
  }
  /// Whether instance 0 accepts for all instances.
  [[nodiscard]] constexpr bool hands_over() const noexcept {
    return spread == Spread::round_robin || spread == Spread::least_inflight;
  }
  /// Whether the instances that it is spread over come and go.
  [[nodiscard]] constexpr bool is_elastic() const noexcept { return grow_at != 0; }
  /// Whether the fd's addresses are IPv4 or IPv6.
  [[nodiscard]] constexpr bool is_tcp() const noexcept {
    return kind == StreamKind::tcp || kind == StreamKind::tcp_server;
  }
  /// Whether it connects to somebody.
  [[nodiscard]] constexpr bool is_client() const noexcept {
    return kind == StreamKind::tcp || kind == StreamKind::unix_client;
  }
};

/// One timer fd: `fds.<name>` of the config.
struct TimerShape {
  const char* name = "";
  std::uint16_t index = 0;
  std::uint16_t tick_operation = 0;     ///< in the reactor's `Operation` enumeration
  std::uint64_t first_nanoseconds = 0;  ///< to the first expiration; 0: its handler arms it
  std::uint64_t every_nanoseconds = 0;  ///< period; 0 is a one-shot timer
};

/// What a reactor reads its time from: `clock` of the config.
enum class ClockChoice : std::uint8_t {
  automatic,  ///< the processor's counter where the kernel trusts it, else CLOCK_MONOTONIC
  tsc,        ///< the processor's counter, or no start
  monotonic,  ///< CLOCK_MONOTONIC, clock_gettime(2)
};

/// How a reactor waits when nothing happens: `reactors.<name>.wait`.
enum class WaitMode : std::uint8_t { spin, block, spin_then_block };

/// What the Shape of a reactor without fibers says of them.
struct NoFibers {
  static constexpr std::uint32_t count = 0;  ///< records: the most fibers that can exist at once
};

/// The defaults of a reactor's Shape. The emitted Shape derives from this and writes down what its
/// config says.
struct ReactorShape {
  static constexpr std::uint32_t submit_batch = 64;      ///< operations prepared in one turn
  static constexpr std::uint32_t inbox_batch = 256;      ///< mail and commands taken in one turn
  static constexpr std::uint32_t fiber_batch = 64;       ///< ready fibers run in one turn
  static constexpr std::uint32_t timer_batch = 64;       ///< expired deadlines handled in one turn
  static constexpr std::uint32_t mailbox_entries = 256;  ///< 2^n, mail from other threads
  static constexpr std::uint32_t requests = 0;           ///< system requests of callback handlers
  static constexpr std::uint32_t js_requests = 0;        ///< of JavaScript, in flight
  static constexpr bool js_calls = false;                ///< whether any of them can be a call
  static constexpr std::uint32_t bounded_workers = 2;    ///< io-wq: regular files
  static constexpr std::uint32_t unbounded_workers = 2;  ///< io-wq: what cannot be polled
  /// The longest wait without a deadline; a wake-up ends it at once. By so much a ring is late at
  /// most when somebody closed the eventfd for it.
  static constexpr std::uint64_t longest_wait_nanoseconds = 1'000'000'000;
  static constexpr std::uint64_t stall_nanoseconds = 0;  ///< the watchdog's budget; 0 is none
  static constexpr std::uint32_t direct_sockets = 0;     ///< whose receives are direct
  static constexpr std::uint32_t memories = 0;           ///< that are registered with the ring
  static constexpr bool level_triggered = false;         ///< whether any fd is
  static constexpr bool bundles = false;                 ///< whether receives of any fd are bundled
  static constexpr bool elastic = false;                 ///< instances come and go with the load
  static constexpr ClockChoice clock = ClockChoice::automatic;
  using Fibers = NoFibers;
};

}  // namespace loom
