// A file of the config in its handlers: the member with its name. Straight-line code calls read_at,
// write_at, append and so on, each of which lets other fibers run until it is done, in the ring or
// in a pool. Handlers of callback style submit the requests that reading_at() and its like make.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

#include "bytes.hpp"
#include "fiber/await.hpp"
#include "fiber/mutex.hpp"
#include "fiber/semaphore.hpp"
#include "file_buffer.hpp"
#include "file_shape.hpp"
#include "result.hpp"
#include "system/files.hpp"
#include "system/paths.hpp"

namespace loom {

/// What handlers of one reactor share of a file.
struct FileState {
  explicit FileState(const FileShape& file_shape) noexcept
      : shape(file_shape), turns(file_shape.operations) {}
  FileState(const FileState&) = delete;
  FileState& operator=(const FileState&) = delete;
  ~FileState() {
    if (fd >= 0) ::close(fd);
  }

  const FileShape& shape;
  int fd = -1;
  std::uint32_t block_bytes = 1;  ///< direct: what transfers are multiples of
  Semaphore turns;
  Mutex appending;
  FileBuffers buffers;
};

/// The file. It is open from before on_start() until the reactor is gone. Offsets and sizes are in
/// bytes; a deadline is a time of the monotonic clock in nanoseconds.
class File {
 public:
  File() noexcept = default;
  /// For the emitted code.
  explicit File(FileState& state) noexcept : state_(&state) {}

  /// Fills `into` from `offset`, pread(2) as often as it takes.
  /// @returns how many bytes there were, fewer only at the end of the file; Failure::ended when
  ///   none; else an Error whose done_bytes were read before it.
  Result<std::uint64_t> read_at(std::uint64_t offset, std::span<std::byte> into,
                                std::uint64_t deadline_nanoseconds = no_deadline) {
    const Turn turn(state(), deadline_nanoseconds);
    if (!turn.taken) return turn.taken.error();
    std::uint64_t done = 0;
    while (done < into.size()) {
      const auto count = await(reading_at(offset + done, into.subspan(done)), deadline_nanoseconds);
      if (is_interrupted(count.error())) continue;
      if (!count) return after(count.error(), done);
      const auto read = static_cast<std::uint32_t>(*count);
      done += read;
      // A direct read that is no multiple of a block has met the end.
      if (read == 0 || read % state_->block_bytes != 0) break;
    }
    if (done == 0 && !into.empty()) return Failure::ended;
    return done;
  }

  /// Writes all of `bytes` at `offset`, pwrite(2) as often as it takes.
  /// @returns an Error when that stopped, ENOSPC, EDQUOT, EFBIG or EIO for example; its done_bytes
  ///   are in the file, from `offset` on.
  Result<void> write_at(std::uint64_t offset, Bytes bytes,
                        std::uint64_t deadline_nanoseconds = no_deadline) {
    const Turn turn(state(), deadline_nanoseconds);
    if (!turn.taken) return turn.taken;
    LOOM_ASSERT(state_->shape.mode != FileMode::append, "a file of mode 'append' is appended to");
    return write_all(offset, bytes, deadline_nanoseconds);
  }

  /// Writes all of `bytes` at the end, behind what was appended before by whoever asked first.
  /// Other programs that write to the file are only respected with mode: 'append'.
  /// @returns the offset at which they begin; else an Error, and its done_bytes are at the end of
  ///   the file: the next append goes behind them.
  Result<std::uint64_t> append(Bytes bytes, std::uint64_t deadline_nanoseconds = no_deadline) {
    const auto locked = state().appending.lock_until(deadline_nanoseconds);
    if (!locked) return locked.error();
    const std::lock_guard<Mutex> lock(state_->appending, std::adopt_lock);
    const Turn turn(state(), deadline_nanoseconds);
    if (!turn.taken) return turn.taken.error();
    const bool at_end = state_->shape.mode == FileMode::append;
    const auto end = at_end ? Result<std::uint64_t>(system::current_offset) : size();
    if (!end) return end.error();
    const auto written = write_all(*end, bytes, deadline_nanoseconds);
    if (!written) return written.error();
    if (!at_end) return *end;
    // What was written with O_APPEND moved the file's own offset to behind it.
    const off_t behind = ::lseek(state_->fd, 0, SEEK_CUR);
    return behind < bytes.size() ? 0 : static_cast<std::uint64_t>(behind) - bytes.size();
  }

  /// Waits until the bytes and the inode are on the medium, fsync(2). An EIO here is about writes
  /// that had been reported as done, and is not reported again.
  Result<void> sync() { return done(await(syncing())); }

  /// Waits until the bytes are, and what reading them back needs, fdatasync(2).
  Result<void> sync_data() { return done(await(syncing_data())); }

  /// Makes the file `bytes` long, ftruncate(2).
  Result<void> truncate(std::uint64_t bytes) { return done(await(truncating(bytes))); }

  /// How long the file is, statx(2).
  Result<std::uint64_t> size() {
    struct statx status {};
    const auto result = await(system::statx(state().fd, "", AT_EMPTY_PATH, STATX_SIZE, &status));
    if (!result) return result.error();
    return status.stx_size;
  }

  /// Lends a buffer of the fd's `buffers`. Direct transfers need such memory, and with io_uring it
  /// is registered. @returns Failure::exhausted when every one is lent.
  [[nodiscard]] Result<FileBuffer> lend() noexcept {
    FileBuffers& buffers = state().buffers;
    if (buffers.free_count == 0) return Failure::exhausted;
    buffers.free_count -= 1;
    return FileBuffer(buffers, buffers.free[buffers.free_count]);
  }

  /// Bytes that offsets and lengths must be multiples of: 1, or a block with `direct`.
  [[nodiscard]] std::uint32_t block_bytes() const noexcept { return state().block_bytes; }

  /// The request that reads into `into` from `offset`; what it names must live until it completes.
  [[nodiscard]] system::Request reading_at(std::uint64_t offset,
                                           std::span<std::byte> into) const noexcept {
    const FileBuffers& buffers = state().buffers;
    if (!buffers.knows(into)) return system::read(state_->fd, into, offset);
    return system::read_fixed(state_->fd, into, offset, buffers.index);
  }
  /// The request that writes `bytes` at `offset`, or at the end whatever that says with mode:
  /// 'append'; it completes with how many were written, fewer when there was no room for more.
  [[nodiscard]] system::Request writing_at(std::uint64_t offset, Bytes bytes) const noexcept {
    const FileBuffers& buffers = state().buffers;
    const std::span<const std::byte> part(bytes.data(), bytes.size());
    if (!buffers.knows(part)) return system::write(state_->fd, part, offset);
    return system::write_fixed(state_->fd, part, offset, buffers.index);
  }
  /// The request of sync().
  [[nodiscard]] system::Request syncing() const noexcept { return system::fsync(state().fd); }
  /// The request of sync_data().
  [[nodiscard]] system::Request syncing_data() const noexcept {
    return system::fdatasync(state().fd);
  }
  /// The request of truncate().
  [[nodiscard]] system::Request truncating(std::uint64_t bytes) const noexcept {
    return system::ftruncate(state().fd, bytes);
  }

 private:
  /// One of the fd's operations in flight.
  struct Turn {
    Turn(FileState& file_state, std::uint64_t deadline_nanoseconds)
        : state(file_state), taken(state.turns.acquire(1, deadline_nanoseconds)) {}
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      if (taken) state.turns.release();
    }
    FileState& state;
    Result<void> taken;
  };

  [[nodiscard]] FileState& state() const noexcept {
    LOOM_ASSERT(state_ != nullptr, "a file is open from on_start() on");
    return *state_;
  }

  Result<void> write_all(std::uint64_t offset, Bytes bytes, std::uint64_t deadline_nanoseconds) {
    const bool moves = offset != system::current_offset;
    std::uint32_t written = 0;
    while (written < bytes.size()) {
      const Bytes rest = bytes.part(written, bytes.size() - written);
      const auto count =
          await(writing_at(moves ? offset + written : offset, rest), deadline_nanoseconds);
      if (is_interrupted(count.error())) continue;
      if (!count) return after(count.error(), written);
      if (*count == 0) return after(Error{Failure::system, EIO}, written);
      written += static_cast<std::uint32_t>(*count);
    }
    return {};
  }

  static bool is_interrupted(const Error& error) noexcept {
    return error.failure == Failure::system && error.system_error == EINTR;
  }
  static Error after(Error error, std::uint64_t done_bytes) noexcept {
    error.done_bytes = done_bytes;
    return error;
  }
  static Result<void> done(const Result<std::int32_t>& result) noexcept {
    return result ? Result<void>() : result.error();
  }

  FileState* state_ = nullptr;
};

}  // namespace loom
