// Members of every kind: constructors with initialisers and try, destructors, conversions,
// operators, friends, static ones, local classes, defaults that are lambdas.
#pragma once

#include <cstddef>
#include <cstdio>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace corpus::members {

struct Part {
  int value;
  explicit Part(int given) : value(given) {
    if (given < 0) throw std::invalid_argument("negative");
  }
  Part(Part&& other) noexcept : value{std::exchange(other.value, 0)} {}
  Part(const Part&) = default;
  Part& operator=(const Part& other) = default;
  ~Part() { value = -1; }
};

class Account {
 public:
  Account() noexcept : Account(0) {}
  explicit Account(int cents)
      : cents_(cents),
        log_{"opened"}
  {
    log_ += "!";
  }
  Account(int cents, Part part) try : cents_(Part(cents).value), part_(part) {
    log_ = "with part";
  } catch (const std::exception& error) {
    std::printf("account: %s\n", error.what());
    throw;
  }
  virtual ~Account() = default;

  [[nodiscard]] int cents() const noexcept { return cents_; }
  auto log() const& noexcept -> const std::string& { return log_; }
  auto log() && noexcept -> std::string { return std::move(log_); }
  operator int() const { return cents_; }
  explicit operator bool() const noexcept { return cents_ != 0; }
  operator std::vector<int>() const { return {cents_, cents_}; }
  Account& operator+=(int more) & {
    cents_ += more;
    return *this;
  }
  Account operator++(int) { Account old = *this; cents_ += 1; return old; }
  Account& operator++() { ++cents_; return *this; }
  int operator()(int times) const { return cents_ * times; }
  int operator[](std::size_t place) const { return static_cast<int>(place) + cents_; }
  const Account* operator->() const { return this; }
  int operator,(int other) const { return other + cents_; }
  friend bool operator==(const Account& one, const Account& other) noexcept {
    return one.cents_ == other.cents_;
  }
  friend auto operator<=>(const Account& one, const Account& other) noexcept {
    return one.cents_ <=> other.cents_;
  }
  friend constexpr int twice(const Account&, int value) { return value * 2; }
  static Account of(int cents) { return Account{cents}; }
  static constexpr int limit() { return 100; }
  virtual int rate() const { return 1; }
  template <typename Number>
  operator Number*() const { return nullptr; }
  int defaulted(std::function<int(int)> change = [](int given) { return given + 1; }) const {
    return change(cents_);
  }
  std::function<int()> callback = [this] { return cents_ + 7; };

 private:
  int cents_ = 0;
  Part part_{3};
  std::string log_;
};

struct Savings final : Account {
  using Account::Account;
  int rate() const override final { return 3; }
  int outside(int given) const;
  struct Inner {
    int deep() const { return 5; }
    struct Deeper { static int deepest() { return 6; } };
  };
};

inline int Savings::outside(int given) const {
  struct Local {
    int base;
    int add(int more) const { return base + more; }
  };
  return Local{given}.add(rate());
}

union Either {
  int whole;
  float part;
  int get() const { return whole; }
};

struct Pool {
  static void* operator new(std::size_t bytes) { return ::operator new(bytes); }
  static void operator delete(void* place) noexcept { ::operator delete(place); }
  int used = 4;
};

struct Ordered {
  int key;
  auto operator<=>(const Ordered&) const = default;
  bool operator!() const { return key == 0; }
  Ordered operator-() const { return {-key}; }
  Ordered operator~() const { return {~key}; }
  friend Ordered operator+(Ordered one, Ordered other) { return {one.key + other.key}; }
  friend Ordered operator<<(Ordered one, int bits) { return {one.key << bits}; }
};

inline int early(int given) {
  if (given == 0) return 0;
  for (int count = 0; count < 10; ++count) {
    if (count == given) return count * 10;
  }
  throw std::out_of_range("early");
}

inline int whole_body(int given) try {
  return early(given);
} catch (const std::out_of_range&) {
  return -1;
}

inline void run() {
  Account account{5};
  account += 3;
  account++;
  ++account;
  std::printf("%d %s %d %d\n", account.cents(), account.log().c_str(), int(account),
              account ? 1 : 0);
  std::printf("%d %d %d %d\n", account(3), account[2], account->cents(), (account, 4));
  std::printf("%zu %d %d\n", std::vector<int>(account).size(), account.defaulted(),
              account.callback());
  std::printf("%d %d\n", account == Account::of(10), account < Account::of(11));
  static_assert(Account::limit() == 100);
  std::printf("%d\n", twice(account, 21));
  try {
    Account bad(-1, Part(1));
  } catch (const std::invalid_argument& error) {
    std::printf("caught %s\n", error.what());
  }
  Account good(2, Part(1));
  std::printf("%s\n", std::move(good).log().c_str());
  const Savings savings{4};
  std::printf("%d %d %d %d\n", savings.rate(), savings.outside(2), Savings::Inner{}.deep(),
              Savings::Inner::Deeper::deepest());
  Either either{.whole = 9};
  Pool* pool = new Pool;
  std::printf("%d %d\n", either.get(), pool->used);
  delete pool;
  const Ordered sum = (Ordered{1} + Ordered{2}) << 2;
  std::printf("%d %d %d %d\n", sum.key, !sum, (-sum).key, (~sum).key);
  std::printf("%d %d %d\n", whole_body(0), whole_body(4), whole_body(40));
}

}  // namespace corpus::members
