// A channel for other processes: a file in /dev/shm with a header, and behind it the channel as it
// lies everywhere (channel_layout.hpp). One process writes; any number map it for reading.
//
// The writer holds a lock on the file (F_OFD_SETLK, fcntl(2)), which the kernel takes away when the
// process ends, however it ends: so a reader sees that its writer is gone, and a new writer sees
// that a file was left behind. A file gets its name when it is whole (linkat(2)).
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
#include <cstring>

#include "channel_layout.hpp"
#include "error.hpp"
#include "system/platform.hpp"

namespace loom {

/// 'LOOMSHM1' read as a little-endian number.
inline constexpr std::uint64_t shared_file_magic = 0x314d48534d4f4f4c;
/// Changes whenever a reader would misread a file of another version.
inline constexpr std::uint32_t shared_file_abi = 1;
/// Where such files are: what shm_overview(7) says of Linux.
inline constexpr const char* shared_file_folder = "/dev/shm/";

/// Begins the file; the channel follows at +256.
struct SharedFileHeader {
  std::uint64_t magic;
  std::uint32_t abi;
  std::uint32_t capacity;      ///< messages, 2^n
  std::uint64_t layout;        ///< hash of the message's fields
  std::uint32_t record_bytes;  ///< of one message
  std::uint32_t stride_bytes;  ///< from one cell to the next
  std::uint64_t file_bytes;
  std::int32_t writer_process;
  /// 1 once the writer has stopped in order. Stored with release, behind the last message.
  std::atomic<std::uint32_t> is_ended;
  std::byte padding[208];
};
static_assert(sizeof(SharedFileHeader) == 256);
static_assert(offsetof(SharedFileHeader, layout) == 16);
static_assert(offsetof(SharedFileHeader, record_bytes) == 24);
static_assert(offsetof(SharedFileHeader, is_ended) == 44);

/// What a file must have to be that of a channel: what its header says of it.
struct SharedFileForm {
  std::uint32_t capacity = 0;
  std::uint64_t layout = 0;
  std::uint32_t record_bytes = 0;
  std::uint32_t stride_bytes = 0;

  [[nodiscard]] std::size_t file_bytes() const noexcept {
    return sizeof(SharedFileHeader) + sizeof(ChannelHeader) + std::size_t{capacity} * stride_bytes;
  }
  /// Whether `header` is of this form.
  [[nodiscard]] bool is_of(const SharedFileHeader& header) const noexcept {
    return header.magic == shared_file_magic && header.abi == shared_file_abi &&
           header.capacity == capacity && header.layout == layout &&
           header.record_bytes == record_bytes && header.stride_bytes == stride_bytes &&
           header.file_bytes == file_bytes();
  }
};

/// The form of the file of a channel.
template <class Channel>
constexpr SharedFileForm shared_form() noexcept {
  return {.capacity = Channel::shape.capacity,
          .layout = Channel::layout,
          .record_bytes = sizeof(typename Channel::Message),
          .stride_bytes = static_cast<std::uint32_t>(channel_stride<typename Channel::Message>)};
}

/// Whether somebody holds the writer's lock of an open file.
inline bool has_writer(int fd) noexcept {
  struct flock lock {};
  lock.l_type = F_RDLCK;
  lock.l_whence = SEEK_SET;
  return ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_WRLCK;
}

/// The writer's side of one file: from open() until it is destroyed, which removes it.
class SharedFile {
 public:
  SharedFile() = default;
  SharedFile(const SharedFile&) = delete;
  SharedFile& operator=(const SharedFile&) = delete;
  ~SharedFile() { close(); }

  /// Makes the file `name` of channels.`channel`, in place of one that was left behind.
  StartError open(const char* channel, const char* name, const SharedFileForm& form) noexcept {
    std::snprintf(path_, sizeof path_, "%s%s", shared_file_folder, name);
    if (!make(form)) return failure(channel, "made");
    // Bound: each round removes a file that nobody writes; who loses twice more has rivals.
    for (int round = 0; round < 3; ++round) {
      if (give_name()) return {};
      if (errno != EEXIST) return failure(channel, "given its name");
      if (!remove_stale()) break;
    }
    const StartError error = failure(channel, "taken over");
    close();
    return error;
  }

  /// Where the channel begins: its header.
  [[nodiscard]] std::byte* channel() const noexcept { return memory_ + sizeof(SharedFileHeader); }

 private:
  /// A file without a name, locked, of its final size, and filled in.
  bool make(const SharedFileForm& form) noexcept {
    fd_ = ::open(shared_file_folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd_ < 0 || !lock(fd_)) return false;
    bytes_ = form.file_bytes();
    // Reserved, not only sized: a full /dev/shm would otherwise be a SIGBUS at some write.
    const int reserved = ::posix_fallocate(fd_, 0, static_cast<off_t>(bytes_));
    if (reserved != 0) {
      errno = reserved;
      return false;
    }
    void* memory =
        ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd_, 0);
    if (memory == MAP_FAILED) return false;
    memory_ = static_cast<std::byte*>(memory);
    SharedFileHeader& header = *reinterpret_cast<SharedFileHeader*>(memory_);
    header.magic = shared_file_magic;
    header.abi = shared_file_abi;
    header.capacity = form.capacity;
    header.layout = form.layout;
    header.record_bytes = form.record_bytes;
    header.stride_bytes = form.stride_bytes;
    header.file_bytes = bytes_;
    header.writer_process = ::getpid();
    return true;
  }

  bool give_name() noexcept {
    char self[40];
    std::snprintf(self, sizeof self, "/proc/self/fd/%d", fd_);
    is_named_ = ::linkat(AT_FDCWD, self, AT_FDCWD, path_, AT_SYMLINK_FOLLOW) == 0;
    return is_named_;
  }

  /// Removes the file that has the name when nobody writes it; false with errno when somebody does.
  [[nodiscard]] bool remove_stale() const noexcept {
    const int other = ::open(path_, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (other < 0) return errno == ENOENT;
    const bool is_stale = lock(other);
    const int reason = errno;
    if (is_stale) ::unlink(path_);
    ::close(other);
    errno = is_stale ? 0 : reason;
    return is_stale;
  }

  static bool lock(int fd) noexcept {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return ::fcntl(fd, F_OFD_SETLK, &lock) == 0;
  }

  /// What is wrong, by errno.
  [[nodiscard]] StartError failure(const char* channel, const char* what) const noexcept {
    const int reason = errno;
    if (reason == EAGAIN || reason == EACCES) {
      return StartError::make(start_code::cannot_share, "", reason,
                              "channels.%s: another process writes %s. Stop it, or declare another "
                              "name: sharedMemory('...').",
                              channel, path_);
    }
    return StartError::make(start_code::cannot_share, "", reason,
                            "channels.%s: %s could not be %s: %s. It needs /dev/shm with room for "
                            "%zu bytes.",
                            channel, path_, what, std::strerror(reason), bytes_);
  }

  void close() noexcept {
    if (memory_ != nullptr) {
      // Partner: readers, which acquire: they have seen the last message then.
      reinterpret_cast<SharedFileHeader*>(memory_)->is_ended.store(1, std::memory_order_release);
      ::munmap(memory_, bytes_);
    }
    if (is_named_) ::unlink(path_);
    if (fd_ >= 0) ::close(fd_);
    memory_ = nullptr;
    is_named_ = false;
    fd_ = -1;
  }

  char path_[128] = {};
  int fd_ = -1;
  std::byte* memory_ = nullptr;
  std::size_t bytes_ = 0;
  bool is_named_ = false;
};

}  // namespace loom
