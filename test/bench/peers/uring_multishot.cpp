// liburing as its authors show it: one ring with DEFER_TASKRUN and SINGLE_ISSUER, a multishot
// accept into direct descriptors, a multishot receive for each connection into one ring of provided
// buffers, and one submit-and-wait a turn. An echo sends from the buffer that a message came in,
// and gives it back to the ring when it is sent.
#include <liburing.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include <vector>

#include "contract.hpp"

namespace {

constexpr unsigned ring_entries = 4096;
constexpr unsigned completion_entries = 16384;
constexpr int buffer_group = 1;
/// Pieces that leave by one send.
constexpr std::size_t send_pieces = 16;
/// Buffers that one slow reader may hold before no more is received from it.
constexpr std::size_t held_most = 32;

/// Small messages on many connections take a buffer each, and a sink's large reads want few that
/// stay in the cache.
struct Pool {
  std::size_t bytes;
  unsigned count;
};
constexpr Pool echo_pool{4096, 1024};
constexpr Pool sink_pool{32768, 64};

enum class Operation : std::uint8_t { accept, receive, send, cancel, close, termination };

/// Bytes in one of the provided buffers.
struct Piece {
  std::uint16_t buffer;
  std::uint32_t begin;
  std::uint32_t end;
};

struct Connection {
  peer::Messages messages;
  std::vector<Piece> unsent;
  bool receiving = false;
  bool cancelling = false;
  bool sending = false;
  bool ended = false;
  bool closed = false;
  std::array<iovec, send_pieces> vectors{};
  msghdr header{};
};

class Server {
 public:
  Server(const peer::Order& order, int listener, int termination)
      : echo_{order.echo}, listener_{listener}, pool_{order.echo ? echo_pool : sink_pool} {
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                       IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
    parameters.cq_entries = completion_entries;
    check("io_uring_queue_init", io_uring_queue_init_params(ring_entries, &ring_, &parameters));
    check("io_uring_register_ring_fd", io_uring_register_ring_fd(&ring_));
    check("io_uring_register_files_sparse",
          io_uring_register_files_sparse(&ring_, peer::connection_limit));
    provide_buffers();
    accept();
    io_uring_sqe* sqe = next();
    io_uring_prep_poll_add(sqe, termination, POLLIN);
    sqe->user_data = user_data(Operation::termination, 0);
  }

  void run() {
    while (!terminated_) {
      const int submitted = io_uring_submit_and_wait(&ring_, 1);
      if (submitted < 0 && submitted != -EINTR) peer::fail("io_uring_submit_and_wait", -submitted);
      unsigned head = 0;
      unsigned count = 0;
      io_uring_cqe* cqe = nullptr;
      io_uring_for_each_cqe(&ring_, head, cqe) {
        complete(*cqe);
        ++count;
      }
      io_uring_cq_advance(&ring_, count);
      return_buffers();
    }
  }

 private:
  static void check(const char* what, int result) {
    if (result < 0) peer::fail(what, -result);
  }

  static std::uint64_t user_data(Operation operation, std::size_t index) noexcept {
    return std::uint64_t{index} << 8U | static_cast<std::uint64_t>(operation);
  }

  /// The next entry, as soon as there is one.
  io_uring_sqe* next() {
    io_uring_sqe* sqe = nullptr;
    while ((sqe = io_uring_get_sqe(&ring_)) == nullptr) io_uring_submit(&ring_);
    return sqe;
  }

  void provide_buffers() {
    const std::size_t ring_bytes = pool_.count * sizeof(io_uring_buf);
    void* memory = mmap(nullptr, ring_bytes + pool_.count * pool_.bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) peer::fail("mmap");
    buffers_ = static_cast<io_uring_buf_ring*>(memory);
    data_ = static_cast<std::uint8_t*>(memory) + ring_bytes;
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uintptr_t>(memory);
    registration.ring_entries = pool_.count;
    registration.bgid = buffer_group;
    check("io_uring_register_buf_ring", io_uring_register_buf_ring(&ring_, &registration, 0));
    io_uring_buf_ring_init(buffers_);
    for (unsigned id = 0; id < pool_.count; ++id) give_back(static_cast<std::uint16_t>(id));
    return_buffers();
  }

  /// Puts a buffer into the ring; the kernel sees it by return_buffers().
  void give_back(std::uint16_t id) noexcept {
    io_uring_buf_ring_add(buffers_, data_ + id * pool_.bytes, static_cast<unsigned>(pool_.bytes),
                          id, io_uring_buf_ring_mask(static_cast<unsigned>(pool_.count)),
                          returned_++);
    free_ += 1;
  }

  /// Shows the kernel what came back, and receives again from who found the ring empty.
  void return_buffers() {
    io_uring_buf_ring_advance(buffers_, returned_);
    returned_ = 0;
    if (free_ == 0) return;
    for (const std::size_t index : starved_) settle(index);
    starved_.clear();
  }

  void accept() {
    io_uring_sqe* sqe = next();
    io_uring_prep_multishot_accept_direct(sqe, listener_, nullptr, nullptr, 0);
    sqe->user_data = user_data(Operation::accept, 0);
  }

  void receive(std::size_t index) {
    Connection& connection = connections_[index];
    if (connection.receiving || connection.ended) return;
    io_uring_sqe* sqe = next();
    io_uring_prep_recv_multishot(sqe, static_cast<int>(index), nullptr, 0, 0);
    sqe->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
    sqe->buf_group = buffer_group;
    sqe->user_data = user_data(Operation::receive, index);
    connection.receiving = true;
  }

  void complete(const io_uring_cqe& cqe) {
    const auto index = static_cast<std::size_t>(cqe.user_data >> 8U);
    switch (static_cast<Operation>(cqe.user_data & 0xffU)) {
      case Operation::accept: return accepted(cqe);
      case Operation::receive: return received(index, cqe);
      case Operation::send: return sent(index, cqe.res);
      case Operation::cancel: return cancelled(index);
      case Operation::close: return;
      case Operation::termination: terminated_ = true;
    }
  }

  void cancelled(std::size_t index) {
    connections_[index].cancelling = false;
    settle(index);
  }

  void accepted(const io_uring_cqe& cqe) {
    if ((cqe.flags & IORING_CQE_F_MORE) == 0) accept();
    if (cqe.res < 0) return;
    const auto index = static_cast<std::size_t>(cqe.res);
    connections_[index] = Connection{};
    receive(index);
  }

  void received(std::size_t index, const io_uring_cqe& cqe) {
    Connection& connection = connections_[index];
    const bool more = (cqe.flags & IORING_CQE_F_MORE) != 0;
    connection.receiving = more;
    if (cqe.res > 0) {
      const auto buffer = static_cast<std::uint16_t>(cqe.flags >> IORING_CQE_BUFFER_SHIFT);
      free_ -= 1;
      const auto size = static_cast<std::uint32_t>(cqe.res);
      if (echo_) {
        peer::tally.arrived(size);
        connection.unsent.push_back({buffer, 0, size});
      } else {
        connection.messages.take(data_ + buffer * pool_.bytes, size);
        give_back(buffer);
      }
    } else if (cqe.res == -ENOBUFS) {
      starved_.push_back(index);
      if (!connection.ended) return;
    } else if (cqe.res != -ECANCELED) {
      connection.ended = true;
    }
    settle(index);
  }

  /// Starts what a connection needs after something happened to it.
  void settle(std::size_t index) {
    Connection& connection = connections_[index];
    if (connection.closed) return;
    if (!connection.unsent.empty() && !connection.sending) send(index);
    if (connection.unsent.size() >= held_most) return hold_off(index);
    if (!connection.ended) return receive(index);
    if (connection.receiving || connection.sending || connection.cancelling) return;
    connection.closed = true;
    io_uring_sqe* sqe = next();
    io_uring_prep_close_direct(sqe, static_cast<unsigned>(index));
    sqe->user_data = user_data(Operation::close, index);
  }

  /// Receives no more until its client has read.
  void hold_off(std::size_t index) {
    Connection& connection = connections_[index];
    if (!connection.receiving || connection.cancelling) return;
    io_uring_sqe* sqe = next();
    io_uring_prep_cancel64(sqe, user_data(Operation::receive, index), 0);
    sqe->user_data = user_data(Operation::cancel, index);
    connection.cancelling = true;
  }

  void send(std::size_t index) {
    Connection& connection = connections_[index];
    const std::size_t count = std::min(connection.unsent.size(), send_pieces);
    for (std::size_t n = 0; n < count; ++n) {
      const Piece& piece = connection.unsent[n];
      connection.vectors[n] = {data_ + piece.buffer * pool_.bytes + piece.begin,
                               piece.end - piece.begin};
    }
    connection.header.msg_iov = connection.vectors.data();
    connection.header.msg_iovlen = count;
    io_uring_sqe* sqe = next();
    const iovec& first = connection.vectors[0];
    const auto file = static_cast<int>(index);
    constexpr int flags = MSG_WAITALL | MSG_NOSIGNAL;
    if (count == 1) io_uring_prep_send(sqe, file, first.iov_base, first.iov_len, flags);
    if (count > 1) io_uring_prep_sendmsg(sqe, file, &connection.header, unsigned{flags});
    sqe->flags |= IOSQE_FIXED_FILE;
    sqe->user_data = user_data(Operation::send, index);
    connection.sending = true;
  }

  void sent(std::size_t index, int result) {
    Connection& connection = connections_[index];
    connection.sending = false;
    auto left = static_cast<std::uint32_t>(std::max(result, 0));
    if (result < 0) {
      connection.ended = true;
      hold_off(index);
      for (const Piece& piece : connection.unsent) give_back(piece.buffer);
      connection.unsent.clear();
    }
    std::size_t done = 0;
    while (left > 0) {
      Piece& piece = connection.unsent[done];
      const std::uint32_t taken = std::min(left, piece.end - piece.begin);
      piece.begin += taken;
      left -= taken;
      if (piece.begin < piece.end) break;
      give_back(piece.buffer);
      ++done;
    }
    const auto begin = connection.unsent.begin();
    connection.unsent.erase(begin, begin + static_cast<std::ptrdiff_t>(done));
    settle(index);
  }

  bool echo_;
  bool terminated_ = false;
  int listener_;
  Pool pool_;
  io_uring ring_{};
  io_uring_buf_ring* buffers_ = nullptr;
  std::uint8_t* data_ = nullptr;
  int returned_ = 0;
  /// Buffers that the kernel has, as far as its completions were read.
  std::size_t free_ = 0;
  std::vector<std::size_t> starved_;
  std::vector<Connection> connections_{peer::connection_limit};
};

}  // namespace

int main(int count, char** words) {
  const peer::Order order = peer::Order::read(count, words);
  const int termination = peer::open_termination();
  Server server(order, peer::open_listener(order, 0), termination);
  peer::say_ready();
  server.run();
  peer::tally.print(stdout);
  return 0;
}
