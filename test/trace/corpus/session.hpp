// A protocol session as a user might write it: a state machine over frames, with a timer wheel, a
// small pool, error values and callbacks into the application.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <variant>

namespace corpus::session {

enum class State : std::uint8_t { idle, greeting, live, closing, closed };

[[nodiscard]] constexpr std::string_view name_of(State state) noexcept {
  switch (state) {
    case State::idle: return "idle";
    case State::greeting: return "greeting";
    case State::live: return "live";
    case State::closing: return "closing";
    case State::closed: return "closed";
  }
  return "?";
}

struct Hello { std::uint16_t version; };
struct Data { std::string text; };
struct Bye {};
using Message = std::variant<Hello, Data, Bye>;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

/// Takes frames apart: a kind, a length, as many bytes.
class Parser {
 public:
  enum class Error { none, short_frame, unknown_kind };

  explicit Parser(std::span<const char> bytes) noexcept : bytes_(bytes) {}

  std::optional<Message> next() {
    if (at_ + 2 > bytes_.size()) return fail(Error::short_frame);
    const char kind = bytes_[at_];
    const auto length = static_cast<std::size_t>(bytes_[at_ + 1]);
    if (at_ + 2 + length > bytes_.size()) return fail(Error::short_frame);
    const std::string_view body(bytes_.data() + at_ + 2, length);
    at_ += 2 + length;
    if (kind == 'H') return Hello{static_cast<std::uint16_t>(length)};
    if (kind == 'D') return Data{std::string(body)};
    if (kind == 'B') return Bye{};
    return fail(Error::unknown_kind);
  }

  [[nodiscard]] Error error() const noexcept { return error_; }
  [[nodiscard]] bool is_done() const noexcept { return at_ >= bytes_.size(); }

 private:
  std::nullopt_t fail(Error error) noexcept {
    error_ = error;
    return std::nullopt;
  }

  std::span<const char> bytes_;
  std::size_t at_ = 0;
  Error error_ = Error::none;
};

/// Deadlines by slots.
template <std::size_t slots>
class Wheel {
 public:
  using Callback = std::function<void(std::size_t)>;

  void arm(std::size_t slot, std::uint64_t at) noexcept { deadlines_[slot % slots] = at; }

  template <typename Function>
    requires std::is_invocable_v<Function, std::size_t>
  std::size_t expire(std::uint64_t now, Function&& expired) {
    std::size_t count = 0;
    for (std::size_t slot = 0; slot < slots; ++slot) {
      auto& deadline = deadlines_[slot];
      if (!deadline || *deadline > now) continue;
      deadline.reset();
      expired(slot);
      ++count;
    }
    return count;
  }

 private:
  std::array<std::optional<std::uint64_t>, slots> deadlines_{};
};

template <typename Derived>
class SessionBase {
 public:
  void feed(std::string_view bytes) {
    Parser parser({bytes.data(), bytes.size()});
    while (!parser.is_done()) {
      const auto message = parser.next();
      if (!message) {
        derived().on_error(parser.error());
        return;
      }
      std::visit(Overloaded{
                     [this](const Hello& hello) { greet(hello); },
                     [this](const Data& data) { derived().on_text(data.text); },
                     [this](const Bye&) { move_to(State::closing); },
                 },
                 *message);
    }
  }

 protected:
  State state_ = State::idle;
  Wheel<4> wheel_;

  void move_to(State next) {
    const auto before = std::exchange(state_, next);
    derived().on_state(before, next);
  }

 private:
  Derived& derived() noexcept { return static_cast<Derived&>(*this); }
  void greet(const Hello& hello);
};

template <typename Derived>
void SessionBase<Derived>::greet(const Hello& hello) {
  move_to(State::greeting);
  if (hello.version == 0) {
    move_to(State::closed);
    throw std::system_error(std::make_error_code(std::errc::protocol_error), "version");
  }
  move_to(State::live);
}

class Printer final : public SessionBase<Printer> {
 public:
  void on_text(const std::string& text) {
    std::printf("text %s\n", text.c_str());
    wheel_.arm(text.size(), text.size());
  }
  void on_state(State before, State next) noexcept {
    std::printf("%s -> %s\n", name_of(before).data(), name_of(next).data());
  }
  void on_error(Parser::Error error) { std::printf("error %d\n", static_cast<int>(error)); }
  std::size_t tick(std::uint64_t now) {
    return wheel_.expire(now, [](std::size_t slot) { std::printf("slot %zu\n", slot); });
  }
};

inline void run() {
  Printer printer;
  printer.feed("H\x01xD\x02hiD\x03you");
  std::printf("%zu\n", printer.tick(2));
  printer.feed("B");
  printer.feed(std::string_view("B\0?\0", 4));
  try {
    printer.feed(std::string_view("H\0", 2));
  } catch (const std::system_error& error) {
    std::printf("%s\n", error.what());
  }
}

}  // namespace corpus::session
