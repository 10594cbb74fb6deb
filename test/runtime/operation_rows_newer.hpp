// Operations that liburing 2.3 does not know: each builder's request against its fields as
// io_uring_enter(2) and later liburing's headers have them.
#pragma once

#include <vector>

#include "operation_rows.hpp"

namespace loom_test {

struct NewerRow {
  const char* name;
  Emulation way;
  Request built;
  Request expected;
};

/// `fields` are designated, in Request's order.
#define LOOM_NEWER(opcode_, way, builder, ...)                 \
  NewerRow {                                                   \
#opcode_, Emulation::way, loom::system::builder, Request { \
      .opcode = Opcode::opcode_, __VA_ARGS__                   \
    }                                                          \
  }

inline std::uint32_t futex_word = 0;
inline std::array<loom::system::FutexWait, 2> futexes;
inline siginfo_t child;
inline constexpr std::uint64_t option_field = 1U | std::uint64_t{7} << 32U;

inline std::uint64_t place_of(const void* memory) { return loom::system::address_of(memory); }

inline const std::vector<NewerRow> newer_rows = {
    LOOM_NEWER(read_multishot, refused, read_multishot(5, 7, 3), .flags = 32, .fd = 5, .offset = 7,
               .buffer = 3),
    LOOM_NEWER(readv_fixed, either, readv_fixed(5, at.vectors, 7, 3, 8), .fd = 5, .offset = 7,
               .address = place_of(&at.vectors), .length = 2, .call_flags = 8, .buffer = 3),
    LOOM_NEWER(writev_fixed, either, writev_fixed(5, at.vectors, 7, 3, 8), .fd = 5, .offset = 7,
               .address = place_of(&at.vectors), .length = 2, .call_flags = 8, .buffer = 3),
    LOOM_NEWER(ftruncate, pool, ftruncate(5, 100), .fd = 5, .offset = 100),
    LOOM_NEWER(bind, at_once, bind(5, address(), 16), .fd = 5, .offset = 16,
               .address = place_of(address())),
    LOOM_NEWER(listen, at_once, listen(5, 64), .fd = 5, .length = 64),
    LOOM_NEWER(recv_zc, refused, recv_zc(5, 64, 3), .priority = 2, .fd = 5, .length = 64,
               .file_index = 3),
    LOOM_NEWER(epoll_wait, loop, epoll_wait(5, std::span(&at.event, 1)), .fd = 5,
               .address = place_of(&at.event), .length = 1),
    LOOM_NEWER(waitid, loop, waitid(P_PID, 99, &child, WEXITED), .fd = 99,
               .offset = place_of(&child), .length = 1, .file_index = WEXITED),
    LOOM_NEWER(futex_wait, refused, futex_wait(&futex_word, 7), .fd = 130, .offset = 7,
               .address = place_of(&futex_word), .address3 = 0xffffffff),
    LOOM_NEWER(futex_wake, at_once, futex_wake(&futex_word, 7), .fd = 130, .offset = 7,
               .address = place_of(&futex_word), .address3 = 0xffffffff),
    LOOM_NEWER(futex_waitv, refused, futex_waitv(futexes), .fd = 0, .address = place_of(&futexes),
               .length = 2),
    LOOM_NEWER(fixed_fd_install, refused, fixed_fd_install(5), .flags = 1, .fd = 5),
    LOOM_NEWER(pipe, at_once, pipe(at.fds.data(), 2), .fd = 0, .address = place_of(&at.fds),
               .call_flags = 2),
    LOOM_NEWER(uring_cmd, at_once,
               socket_option(5, loom::system::SocketCommand::set_option, 1, 7, &at, 4), .fd = 5,
               .offset = 3, .address = option_field, .file_index = 4, .address3 = place_of(&at)),
    LOOM_NEWER(uring_cmd, at_once, socket_bytes(5, loom::system::SocketCommand::output_bytes),
               .fd = 5, .offset = 1),
};

}  // namespace loom_test
