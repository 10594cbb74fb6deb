// What `new Program(options)` is given, as a start needs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <napi.h>

#include "../program_table.hpp"

namespace loom::node {

/// Reads the options and keeps the texts that a ProgramStart points to.
class StartOptions {
 public:
  /// Options: memory (one Uint8Array a reactor over a SharedArrayBuffer, which must outlive the
  /// threads), cores (number[]), backend (string or null), addresses ([fd, address][]), announces
  /// and hosted (boolean).
  /// Throws a TypeError when memory or cores are not those of the program's reactors.
  StartOptions(Napi::Env env, const Napi::Object& options) {
    take_memory(env, options.Get("memory").As<Napi::Array>(),
                options.Get("cores").As<Napi::Array>());
    if (const auto backend = options.Get("backend"); backend.IsString()) {
      backend_ = backend.As<Napi::String>().Utf8Value();
      program_start_.backend = backend_.c_str();
    }
    program_start_.hosted = options.Get("hosted").ToBoolean();
    program_start_.announces = options.Get("announces").ToBoolean();
    take_addresses(options.Get("addresses").As<Napi::Array>());
  }
  StartOptions(const StartOptions&) = delete;
  StartOptions& operator=(const StartOptions&) = delete;

  /// Without callbacks, until somebody sets them; valid as long as this.
  [[nodiscard]] ProgramStart& program_start() noexcept { return program_start_; }

 private:
  void take_memory(Napi::Env env, const Napi::Array& memory, const Napi::Array& cores) {
    const auto& table = program_table();
    if (memory.Length() != table.reactor_count || cores.Length() != table.reactor_count) {
      throw Napi::TypeError::New(env, "one memory block and one core for each reactor");
    }
    for (std::uint32_t index = 0; index < table.reactor_count; ++index) {
      napi_typedarray_type type{};
      std::size_t bytes = 0;
      void* address = nullptr;
      const napi_value view = memory.Get(index);
      if (napi_get_typedarray_info(env, view, &type, &bytes, &address, nullptr, nullptr) !=
              napi_ok ||
          type != napi_uint8_array || bytes != table.reactors[index].shared_bytes) {
        throw Napi::TypeError::New(env, "memory[i] is a Uint8Array of reactors[i].sharedBytes");
      }
      program_start_.reactors[index].shared = static_cast<std::byte*>(address);
      program_start_.reactors[index].core = cores.Get(index).As<Napi::Number>().Int32Value();
    }
  }

  void take_addresses(const Napi::Array& addresses) {
    for (std::uint32_t index = 0; index < addresses.Length(); ++index) {
      const auto pair = addresses.Get(index).As<Napi::Array>();
      address_texts_.push_back({pair.Get(0u).As<Napi::String>().Utf8Value(),
                                pair.Get(1u).As<Napi::String>().Utf8Value()});
    }
    for (const auto& text : address_texts_) {
      addresses_.push_back({.fd = text.fd.c_str(), .address = text.address.c_str()});
    }
    program_start_.addresses = addresses_.data();
    program_start_.address_count = static_cast<std::uint32_t>(addresses_.size());
  }

  struct AddressText {
    std::string fd;
    std::string address;
  };

  ProgramStart program_start_{};
  std::string backend_;
  std::vector<AddressText> address_texts_;
  std::vector<AddressOverride> addresses_;
};

}  // namespace loom::node
