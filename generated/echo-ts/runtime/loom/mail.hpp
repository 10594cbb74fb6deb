// One item of mail between threads: 64 bytes, copied by value, so that whoever posts keeps nothing
// and nothing is allocated. It is a call to make on the reactor's thread, or a completion that goes
// through the reactor's switch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>

#include "tag.hpp"

namespace loom {

class ReactorCore;

/// What a reactor does with an item of mail.
enum class MailKind : std::uint32_t {
  completion,  ///< dispatches {tag, result}
  call,        ///< calls `run` with the item and its core
};

/// Bytes that a posted callable may hold.
inline constexpr std::size_t mail_call_bytes = 40;

/// An item of mail.
struct Mail {
  MailKind kind = MailKind::completion;
  std::int32_t result = 0;
  Tag tag;
  void (*run)(Mail& mail, ReactorCore& core) = nullptr;
  alignas(8) std::byte storage[mail_call_bytes] = {};

  /// A completion of `tag` with `result`.
  static Mail completing(Tag tag, std::int32_t result) noexcept {
    Mail mail;
    mail.result = result;
    mail.tag = tag;
    return mail;
  }

  /// A call of `callable`, with the reactor's ReactorCore& when it takes one.
  template <class Callable>
  static Mail calling(const Callable& callable) noexcept {
    static_assert(std::is_trivially_copyable_v<Callable>,
                  "What is posted to a reactor crosses threads as bytes: capture numbers, pointers "
                  "and small structs of them, no string, vector or shared_ptr.");
    static_assert(sizeof(Callable) <= mail_call_bytes && alignof(Callable) <= 8,
                  "What is posted to a reactor holds at most 40 bytes: capture a pointer to the "
                  "rest, or post it in pieces.");
    static_assert(std::is_invocable_v<Callable&, ReactorCore&> || std::is_invocable_v<Callable&>,
                  "What is posted to a reactor is called with loom::ReactorCore& or nothing.");
    Mail mail;
    mail.kind = MailKind::call;
    ::new (static_cast<void*>(mail.storage)) Callable(callable);
    mail.run = [](Mail& self, ReactorCore& core) {
      auto& stored = *std::launder(reinterpret_cast<Callable*>(self.storage));
      if constexpr (std::is_invocable_v<Callable&, ReactorCore&>) {
        stored(core);
      } else {
        static_cast<void>(core);
        stored();
      }
    };
    return mail;
  }
};
static_assert(sizeof(Mail) == 64 && std::is_trivially_copyable_v<Mail>);

/// What became of a post.
class PostResult {
 public:
  enum Value : std::uint8_t {
    posted,  ///< the reactor will take it, also when it is stopping
    full,    ///< the mailbox has no room now; nothing was queued
    closed,  ///< the reactor has ended; nothing was queued
  };

  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr PostResult(Value value) noexcept : value_(value) {}

  /// Which of these it was.
  [[nodiscard]] constexpr Value value() const noexcept { return value_; }
  /// True when the reactor will take it.
  [[nodiscard]] constexpr explicit operator bool() const noexcept { return value_ == posted; }

 private:
  Value value_;
};

}  // namespace loom
