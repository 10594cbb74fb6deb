// A file system so small that a test can really fill it: a tmpfs in a mount namespace of this
// process's own (mount_namespaces(7)), so that nobody else sees it and it goes with the process.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

namespace loom_test {

/// Bytes that fit: whole pages, each of which a file has for itself.
inline constexpr std::size_t tiny_disk_bytes = 64 * 1024;

/// Mounted while it lives, unless why_not() says why that was not permitted. Threads that the test
/// starts from then on see it; those of the runtime are such.
class TinyDisk {
 public:
  TinyDisk() {
    static const std::string refusal = own_namespace();
    why_not_ = refusal;
    if (!why_not_.empty()) return;
    if (::mkdtemp(path_) == nullptr) {
      refuse("a folder");
      return;
    }
    const std::string options = "mode=0700,size=" + std::to_string(tiny_disk_bytes);
    if (::mount("loom-test", path_, "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) != 0) {
      refuse("mounting a tmpfs");
      ::rmdir(path_);
      return;
    }
    is_mounted_ = true;
  }
  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;
  ~TinyDisk() {
    if (!is_mounted_) return;
    ::umount2(path_, MNT_DETACH);
    ::rmdir(path_);
  }

  /// Empty when the disk is there.
  [[nodiscard]] const std::string& why_not() const { return why_not_; }
  [[nodiscard]] std::string file(const std::string& name) const {
    return std::string(path_) + "/" + name;
  }

  /// Takes `bytes` of it.
  void take(std::size_t bytes) const {
    std::ofstream(file("filler"), std::ios::binary) << std::string(bytes, 'f');
  }
  /// Gives back what take() took.
  void make_room() const { ::unlink(file("filler").c_str()); }

 private:
  /// A mount namespace for this thread and those that it starts; as an ordinary user one of a user
  /// namespace, where the kernel permits that. @returns why it cannot be had, or nothing.
  static std::string own_namespace() {
    const std::string user = std::to_string(::geteuid());
    const std::string group = std::to_string(::getegid());
    if (::unshare(CLONE_NEWNS) != 0) {
      if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return reason("a mount namespace");
      std::ofstream("/proc/self/setgroups") << "deny";
      std::ofstream("/proc/self/uid_map") << user + " " + user + " 1";
      std::ofstream("/proc/self/gid_map") << group + " " + group + " 1";
    }
    // Or else what is mounted here would be mounted for everybody.
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
      return reason("private mounts");
    }
    return {};
  }
  static std::string reason(const char* what) {
    return std::string("this machine does not permit ") + what + ": " + std::strerror(errno);
  }
  void refuse(const char* what) { why_not_ = reason(what); }

  char path_[32] = "/tmp/loom_disk_XXXXXX";
  std::string why_not_;
  bool is_mounted_ = false;
};

}  // namespace loom_test
