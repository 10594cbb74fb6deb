// Reads a channel in shared memory from another process: `include/<program>/shared.hpp` has a
// SharedReader for each. Link nothing: this and the emitted headers are all that is needed.
//
//   feed::TopReader top;
//   if (!top.open()) ...                   // nobody writes it, or another version of it: error()
//   while (top.take(message)) ...          // top.lost(): messages that were overwritten
//   if (!top.is_live()) ...                // the writer has gone; open() finds the next one
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "overwritten_cursor.hpp"
#include "shared_file.hpp"

namespace loom {

/// Why a channel could not be opened.
enum class SharedOpen : std::uint8_t {
  opened,
  absent,  ///< no such file: nobody writes it now
  other,   ///< the file of another program, or of another version of this one
  failed,  ///< a system call failed: errno
};

/// One reader; it sees the messages that are there when it opens, then those that follow.
template <class Channel>
class SharedReader {
 public:
  using Message = typename Channel::Message;

  SharedReader() = default;
  SharedReader(const SharedReader&) = delete;
  SharedReader& operator=(const SharedReader&) = delete;
  ~SharedReader() { close(); }

  /// Maps the channel; again after its writer has gone. What was opened before is closed first.
  SharedOpen open(const char* name = Channel::shared_name) noexcept {
    close();
    char path[128];
    std::snprintf(path, sizeof path, "%s%s", shared_file_folder, name);
    fd_ = ::open(path, O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) return errno == ENOENT ? SharedOpen::absent : SharedOpen::failed;
    const SharedOpen result = map();
    if (result != SharedOpen::opened) close();
    return result;
  }

  /// Copies the next message that was not overwritten; false when there is none, and before
  /// open().
  bool take(Message& message) noexcept { return memory_ != nullptr && cursor_.take(message); }

  /// Messages that were overwritten before this reader came to them.
  [[nodiscard]] std::uint64_t lost() const noexcept { return cursor_.lost(); }

  /// Whether the writer still runs. After `false` take() gives what is left, and then nothing more.
  [[nodiscard]] bool is_live() const noexcept {
    if (memory_ == nullptr) return false;
    // Partner: SharedFile::close(), which releases.
    const auto& header = *reinterpret_cast<const SharedFileHeader*>(memory_);
    return header.is_ended.load(std::memory_order_acquire) == 0 && has_writer(fd_);
  }

 private:
  static constexpr SharedFileForm form = shared_form<Channel>();

  SharedOpen map() noexcept {
    struct stat status {};
    if (::fstat(fd_, &status) != 0) return SharedOpen::failed;
    if (static_cast<std::size_t>(status.st_size) != form.file_bytes()) return SharedOpen::other;
    void* memory = ::mmap(nullptr, form.file_bytes(), PROT_READ, MAP_SHARED, fd_, 0);
    if (memory == MAP_FAILED) return SharedOpen::failed;
    memory_ = static_cast<std::byte*>(memory);
    if (!form.is_of(*reinterpret_cast<const SharedFileHeader*>(memory_))) return SharedOpen::other;
    const ChannelCells<Message, form.capacity> cells(memory_ + sizeof(SharedFileHeader));
    // Partner: the writer's store of `tail`.
    const std::uint64_t tail = cells.header().tail.load(std::memory_order_acquire);
    cursor_ = Cursor(cells, tail > form.capacity ? tail - form.capacity : 0);
    return SharedOpen::opened;
  }

  void close() noexcept {
    if (memory_ != nullptr) ::munmap(memory_, form.file_bytes());
    if (fd_ >= 0) ::close(fd_);
    memory_ = nullptr;
    fd_ = -1;
  }

  using Cursor = OverwrittenCursor<Message, form.capacity, ChannelEnd::reactor>;

  int fd_ = -1;
  std::byte* memory_ = nullptr;
  Cursor cursor_;
};

}  // namespace loom
