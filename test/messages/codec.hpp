// Fields of messages as words and back, for the round trip of random messages: what a field holds
// is said by overloads, what a struct has by the emitted `each_field`.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <loom/chars.hpp>
#include <loom/decimal.hpp>
#include <string>
#include <string_view>
#include <type_traits>

namespace codec {

/// Ends the program with a sentence; the test shows it.
[[noreturn]] inline void fail(std::string_view why, std::string_view word) {
  std::cerr << why << ": " << word << '\n';
  std::exit(1);
}

/// The next word of the input.
inline std::string next_word() {
  std::string word;
  if (!(std::cin >> word)) fail("the input ended", "");
  return word;
}

/// An unsigned integer as wide as a float.
template <class Float>
using Bits = std::conditional_t<sizeof(Float) == 4, std::uint32_t, std::uint64_t>;

/// The value of a hexadecimal digit.
constexpr int digit_of(char digit) { return digit <= '9' ? digit - '0' : digit - 'a' + 10; }

/// Sets fields to what the words of the input say.
struct Parse {
  template <class Field>
  void operator()(Field& field) const {
    if constexpr (std::is_same_v<Field, bool>) {
      field = next_word() == "1";
    } else if constexpr (std::unsigned_integral<Field>) {
      field = static_cast<Field>(std::stoull(next_word()));
    } else if constexpr (std::signed_integral<Field>) {
      field = static_cast<Field>(std::stoll(next_word()));
    } else if constexpr (std::floating_point<Field>) {
      field = std::bit_cast<Field>(static_cast<Bits<Field>>(std::stoull(next_word(), nullptr, 16)));
    } else if constexpr (std::is_enum_v<Field>) {
      const std::string word = next_word();
      field = static_cast<Field>(std::stoll(word));
      // The name that the other side has for the code.
      const std::string name = word.substr(word.find(':') + 1);
      if (name_of(field) != name) fail("an enumeration has another name here", word);
    } else {
      each_field(*this, field);
    }
  }
  template <std::size_t scale, class Base>
  void operator()(loom::Decimal<scale, Base>& field) const {
    const std::string word = next_word();
    if (field.set(word) != loom::DecimalError::none) fail("not a decimal", word);
  }
  template <std::size_t length>
  void operator()(loom::Chars<length>& field) const {
    const std::string word = next_word();
    std::string text;
    for (std::size_t at = 1; at + 1 < word.size(); at += 2) {
      text += static_cast<char>(digit_of(word[at]) * 16 + digit_of(word[at + 1]));
    }
    if (!field.set(text)) fail("not a text of this size", word);
  }
  template <class Element, std::size_t count>
  void operator()(std::array<Element, count>& field) const {
    for (Element& element : field) (*this)(element);
  }
};

/// Writes fields as words.
struct Print {
  template <class Field>
  void operator()(Field& field) const {
    if constexpr (std::integral<Field>) {
      std::cout << +field << '\n';
    } else if constexpr (std::floating_point<Field>) {
      std::cout << std::hex << std::bit_cast<Bits<Field>>(field) << std::dec << '\n';
    } else if constexpr (std::is_enum_v<Field>) {
      std::cout << +static_cast<std::underlying_type_t<Field>>(field) << ':' << name_of(field)
                << '\n';
    } else {
      each_field(*this, field);
    }
  }
  template <std::size_t scale, class Base>
  void operator()(loom::Decimal<scale, Base>& field) const {
    const loom::DecimalText text = field.text();
    std::cout << text.view() << '\n';
  }
  template <std::size_t length>
  void operator()(loom::Chars<length>& field) const {
    constexpr std::string_view digits = "0123456789abcdef";
    std::cout << 'x';
    for (const char character : field.view()) {
      const auto byte = static_cast<unsigned char>(character);
      std::cout << digits[byte / 16] << digits[byte % 16];
    }
    std::cout << '\n';
  }
  template <class Element, std::size_t count>
  void operator()(std::array<Element, count>& field) const {
    for (Element& element : field) (*this)(element);
  }
};

/// Reads words from the input and writes the bytes of one message.
template <class Message>
void write_one() {
  Message message{};
  Parse{}(message);
  std::cout.write(reinterpret_cast<const char*>(&message), sizeof(Message));
}

/// Reads the bytes of one message from the input and writes words.
template <class Message>
void read_one() {
  Message message{};
  if (!std::cin.read(reinterpret_cast<char*>(&message), sizeof(Message))) {
    fail("the input ended", "");
  }
  Print{}(message);
}

}  // namespace codec
