// What a hook threw: one line that names the fd, the handler, the hook and the exception, and a
// count. Hooks should be noexcept; one that is not cannot take the process with it.
#pragma once

#include <cstddef>
#include <cstdio>
#include <string_view>

#include "core.hpp"

namespace loom {

/// The name of a type as it is written: "Echo".
template <class Type>
[[nodiscard]] constexpr std::string_view type_name() noexcept {
  // g++: "… [with Type = Echo; …]", clang: "… [Type = Echo]".
  constexpr std::string_view text = __PRETTY_FUNCTION__;
  constexpr std::string_view before = "Type = ";
  constexpr std::size_t first = text.find(before) + before.size();
  return text.substr(first, text.find_first_of(";]", first) - first);
}

/// Whose code threw. Texts that are never freed.
struct ThrownBy {
  std::string_view kind = "fds.";  ///< before the name; "" for none
  std::string_view name = "";      ///< of the fd, as in the config
  std::string_view handler = "";   ///< "Echo"; "" where no handler is concerned
  std::string_view hook = "";      ///< "on_data"
};

/// The hook of a handler that serves fd `Fd`.
template <class Fd>
[[nodiscard]] constexpr ThrownBy thrown_by(const char* hook) noexcept {
  using Handler = typename Fd::Handler;
  if constexpr (requires { typename Handler::UserHandler; }) {
    return {"fds.", Fd::shape.name, type_name<typename Handler::UserHandler>(), hook};
  } else {
    return {"fds.", Fd::shape.name, type_name<Handler>(), hook};
  }
}

/// In a catch block: logs what is being handled, and counts it. `consequence` says what becomes of
/// the fd, "the timer goes on".
inline void report_thrown(ReactorCore& core, const ThrownBy& by, const char* consequence) noexcept {
  const auto length = [](std::string_view text) { return static_cast<int>(text.size()); };
  char who[160];
  const bool named = !by.handler.empty();
  std::snprintf(who, sizeof who, "%.*s%.*s%s%.*s%s%.*s%s", length(by.kind), by.kind.data(),
                length(by.name), by.name.data(), named ? " (" : "", length(by.handler),
                by.handler.data(), named ? "::" : "", length(by.hook), by.hook.data(),
                named ? ")" : "");
  core.log_thrown(who, consequence);
}

}  // namespace loom
