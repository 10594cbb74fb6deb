// UDP with liburing: one multishot recvmsg into a ring of provided buffers, DEFER_TASKRUN, one
// submit-and-wait a turn.
#include <liburing.h>
#include <poll.h>
#include <sys/mman.h>

#include "datagram_contract.hpp"

namespace {

constexpr unsigned ring_entries = 64;
constexpr unsigned completion_entries = 1024;
constexpr int buffer_group = 1;
constexpr unsigned buffer_count = 256;
/// A datagram of the benchmark, and what io_uring puts before it.
constexpr std::size_t buffer_bytes = 4096;

enum class Operation : std::uint64_t { receive, termination };

class Server {
 public:
  Server(int socket, int termination) : socket_{socket} {
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN |
                       IORING_SETUP_SUBMIT_ALL | IORING_SETUP_CQSIZE;
    parameters.cq_entries = completion_entries;
    check("io_uring_queue_init", io_uring_queue_init_params(ring_entries, &ring_, &parameters));
    check("io_uring_register_ring_fd", io_uring_register_ring_fd(&ring_));
    check("io_uring_register_files", io_uring_register_files(&ring_, &socket_, 1));
    provide_buffers();
    receive();
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    io_uring_prep_poll_add(sqe, termination, POLLIN);
    sqe->user_data = static_cast<std::uint64_t>(Operation::termination);
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
      io_uring_buf_ring_advance(buffers_, returned_);
      returned_ = 0;
      if (!receiving_) receive();
    }
  }

 private:
  static void check(const char* what, int result) {
    if (result < 0) peer::fail(what, -result);
  }

  void provide_buffers() {
    const std::size_t ring_bytes = buffer_count * sizeof(io_uring_buf);
    void* memory = mmap(nullptr, ring_bytes + buffer_count * buffer_bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) peer::fail("mmap");
    buffers_ = static_cast<io_uring_buf_ring*>(memory);
    data_ = static_cast<std::uint8_t*>(memory) + ring_bytes;
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uintptr_t>(memory);
    registration.ring_entries = buffer_count;
    registration.bgid = buffer_group;
    check("io_uring_register_buf_ring", io_uring_register_buf_ring(&ring_, &registration, 0));
    io_uring_buf_ring_init(buffers_);
    for (unsigned id = 0; id < buffer_count; ++id) give_back(static_cast<std::uint16_t>(id));
    io_uring_buf_ring_advance(buffers_, returned_);
    returned_ = 0;
  }

  /// Puts a buffer into the ring; the kernel sees it when the turn is over.
  void give_back(std::uint16_t id) noexcept {
    io_uring_buf_ring_add(buffers_, data_ + id * buffer_bytes, buffer_bytes, id,
                          io_uring_buf_ring_mask(buffer_count), returned_++);
  }

  void receive() {
    io_uring_sqe* sqe = io_uring_get_sqe(&ring_);
    io_uring_prep_recvmsg_multishot(sqe, 0, &header_, 0);
    sqe->flags |= IOSQE_FIXED_FILE | IOSQE_BUFFER_SELECT;
    sqe->buf_group = buffer_group;
    sqe->user_data = static_cast<std::uint64_t>(Operation::receive);
    receiving_ = true;
  }

  void complete(const io_uring_cqe& cqe) {
    if (cqe.user_data == static_cast<std::uint64_t>(Operation::termination)) {
      terminated_ = true;
      return;
    }
    receiving_ = (cqe.flags & IORING_CQE_F_MORE) != 0;
    if ((cqe.flags & IORING_CQE_F_BUFFER) == 0) return;
    const auto id = static_cast<std::uint16_t>(cqe.flags >> IORING_CQE_BUFFER_SHIFT);
    io_uring_recvmsg_out* out =
        io_uring_recvmsg_validate(data_ + id * buffer_bytes, cqe.res, &header_);
    if (out != nullptr) {
      const auto* payload =
          static_cast<const std::uint8_t*>(io_uring_recvmsg_payload(out, &header_));
      peer::take_datagram({payload, io_uring_recvmsg_payload_length(out, cqe.res, &header_)});
    }
    give_back(id);
  }

  int socket_;
  bool terminated_ = false;
  bool receiving_ = false;
  io_uring ring_{};
  msghdr header_{};
  io_uring_buf_ring* buffers_ = nullptr;
  std::uint8_t* data_ = nullptr;
  int returned_ = 0;
};

}  // namespace

int main(int count, char** words) {
  const int termination = peer::open_termination();
  Server server(peer::open_datagram_socket(count, words, 0), termination);
  peer::say_ready();
  server.run();
  peer::tally.print(stdout);
  return 0;
}
