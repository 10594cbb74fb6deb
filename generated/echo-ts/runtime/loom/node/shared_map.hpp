// A channel in shared memory as JavaScript maps it: `new SharedMap(name)` with `memory`, an
// ArrayBuffer over the file, `isLive()` and `close()`. The mapping is for reading: whoever writes
// to it crashes, so the bindings give it to nobody. templates/bindings/native.ts has its type.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include <napi.h>

#include "../shared_file.hpp"

namespace loom::node {

/// One mapping of one file in /dev/shm, on the thread of its environment.
class SharedMap : public Napi::ObjectWrap<SharedMap> {
 public:
  /// The constructor function for one environment.
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "SharedMap",
                       {InstanceMethod<&SharedMap::is_live>("isLive"),
                        InstanceMethod<&SharedMap::close>("close")});
  }

  /// Maps the file `info[0]`. Throws an Error whose `errno`, positive, says what failed.
  explicit SharedMap(const Napi::CallbackInfo& info) : Napi::ObjectWrap<SharedMap>(info) {
    const std::string path = shared_file_folder + info[0].As<Napi::String>().Utf8Value();
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (fd_ < 0 || ::fstat(fd_, &status) != 0) fail(info.Env());
    bytes_ = static_cast<std::size_t>(status.st_size);
    void* memory = bytes_ == 0 ? nullptr : ::mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, fd_, 0);
    if (memory == MAP_FAILED) fail(info.Env());
    memory_ = memory;
    const auto buffer = Napi::ArrayBuffer::New(info.Env(), memory_, bytes_);
    buffer_ = Napi::Persistent(buffer);
    info.This().As<Napi::Object>().Set("memory", buffer);
  }

  ~SharedMap() override { release(); }
  SharedMap(const SharedMap&) = delete;
  SharedMap& operator=(const SharedMap&) = delete;

 private:
  /// Whether a process holds the writer's lock.
  Napi::Value is_live(const Napi::CallbackInfo& info) {
    return Napi::Boolean::New(info.Env(), fd_ >= 0 && has_writer(fd_));
  }

  /// Ends the mapping; the ArrayBuffer has no bytes from then on.
  void close(const Napi::CallbackInfo& /*info*/) {
    if (memory_ != nullptr) buffer_.Value().Detach();
    release();
  }

  void release() noexcept {
    if (memory_ != nullptr) ::munmap(memory_, bytes_);
    if (fd_ >= 0) ::close(fd_);
    memory_ = nullptr;
    fd_ = -1;
  }

  [[noreturn]] void fail(Napi::Env env) {
    const int reason = errno;
    release();
    auto error = Napi::Error::New(env, std::strerror(reason));
    error.Set("errno", Napi::Number::New(env, reason));
    throw error;
  }

  int fd_ = -1;
  void* memory_ = nullptr;
  std::size_t bytes_ = 0;
  Napi::Reference<Napi::ArrayBuffer> buffer_;
};

}  // namespace loom::node
