// What each request of files comes to on Windows: perform() with one after the other in the folder
// that is the first parameter. Says what went wrong, and ends with how much that was.
#include <loom/system/files.hpp>
#include <loom/system/paths.hpp>
#include <loom/system/perform.hpp>

#include <cstdio>
#include <cstring>
#include <span>
#include <string>

namespace {

namespace system_requests = loom::system;
using system_requests::perform;

int failures = 0;

void expect(const char* what, std::int32_t is, std::int32_t should_be) {
  if (is == should_be) return;
  std::printf("%s: %d, not %d\n", what, is, should_be);
  failures += 1;
}

std::span<const std::byte> bytes_of(const char* text) {
  return std::as_bytes(std::span(text, std::strlen(text)));
}

/// Reads at an offset and compares.
void expect_text(const char* what, int fd, std::uint64_t offset, const char* text) {
  std::byte room[64] = {};
  const std::int32_t count = perform(system_requests::read(fd, room, offset));
  expect(what, count, static_cast<std::int32_t>(std::strlen(text)));
  expect(what, std::memcmp(room, text, std::strlen(text)) == 0, 1);
}

void transfers(const std::string& path) {
  constexpr mode_t mode = 0644;
  const char* name = path.c_str();
  expect("open what is not there", perform(system_requests::open_at(AT_FDCWD, name, O_RDWR)),
         -ENOENT);
  const int fd = perform(system_requests::open_at(AT_FDCWD, name, O_RDWR | O_CREAT | O_EXCL, mode));
  expect("open", fd >= 0, 1);
  expect("open what is there",
         perform(system_requests::open_at(AT_FDCWD, name, O_RDWR | O_CREAT | O_EXCL, mode)),
         -EEXIST);
  expect("write", perform(system_requests::write(fd, bytes_of("hello\n world"))), 12);
  expect("write at", perform(system_requests::write(fd, bytes_of("H"), 0)), 1);
  expect_text("read at", fd, 4, "o\n world");
  expect_text("read past the end", fd, 4096, "");
  char one[] = "ab";
  char two[] = "cde";
  const iovec parts[] = {{one, 2}, {two, 3}};
  expect("writev", perform(system_requests::writev(fd, parts, 7)), 5);
  expect_text("what writev wrote", fd, 5, "\n abcde");
  expect("readv", perform(system_requests::readv(fd, parts, 0)), 5);
  expect("what readv read", std::memcmp(one, "He", 2) == 0 && std::memcmp(two, "llo", 3) == 0, 1);
  expect("with a flag", perform(system_requests::readv(fd, parts, 0, RWF_NOWAIT)), -EOPNOTSUPP);
  expect("ftruncate", perform(system_requests::ftruncate(fd, 5)), 0);
  expect("fsync", perform(system_requests::fsync(fd)), 0);
  struct statx status {};
  expect("statx", perform(system_requests::statx(fd, "", AT_EMPTY_PATH, STATX_SIZE, &status)), 0);
  expect("its length", static_cast<std::int32_t>(status.stx_size), 5);
  expect("close", perform(system_requests::close(fd)), 0);
  std::byte room[1];
  expect("read what is closed", perform(system_requests::read(fd, room, 0)), -EBADF);
}

void appends(const std::string& path) {
  const int fd = perform(system_requests::open_at(AT_FDCWD, path.c_str(), O_WRONLY | O_APPEND));
  const int other = perform(system_requests::open_at(AT_FDCWD, path.c_str(), O_WRONLY | O_APPEND));
  expect("append", perform(system_requests::write(fd, bytes_of("!"))), 1);
  expect("append by another", perform(system_requests::write(other, bytes_of("?"))), 1);
  expect("append again", perform(system_requests::write(fd, bytes_of("."))), 1);
  expect("close", perform(system_requests::close(fd)) + perform(system_requests::close(other)), 0);
  const int read = perform(system_requests::open_at(AT_FDCWD, path.c_str(), O_RDONLY));
  expect_text("what was appended", read, 0, "Hello!?.");
  expect("close", perform(system_requests::close(read)), 0);
}

void names(const std::string& folder, const std::string& path) {
  const std::string inner = folder + "/inner";
  const std::string moved = inner + "/moved";
  expect("mkdir", perform(system_requests::mkdir(inner.c_str(), 0755)), 0);
  expect("mkdir again", perform(system_requests::mkdir(inner.c_str(), 0755)), -EEXIST);
  expect("rename", perform(system_requests::rename(path.c_str(), moved.c_str())), 0);
  expect("rename what is gone", perform(system_requests::rename(path.c_str(), moved.c_str())),
         -ENOENT);
  expect("take away a full folder", perform(system_requests::unlink(inner.c_str(), AT_REMOVEDIR)),
         -ENOTEMPTY);
  expect("unlink", perform(system_requests::unlink(moved.c_str())), 0);
  expect("take away a folder", perform(system_requests::unlink(inner.c_str(), AT_REMOVEDIR)), 0);
  expect("in a folder's descriptor", perform(system_requests::unlink_at(3, "name")), -EBADF);
  expect("what Windows lacks", perform(system_requests::symlink("a", "b")), -ENOSYS);
}

}  // namespace

int main(int count, char** words) {
  if (count != 2) return 99;
  const std::string folder = words[1];
  const std::string path = folder + "/file";
  transfers(path);
  appends(path);
  names(folder, path);
  return failures;
}
