// A handler that a test scripts. It runs on the reactor's thread and writes a journal that the
// test's thread reads and waits for.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "loom/handler.hpp"
#include "loom/offload.hpp"
#include "support.hpp"

namespace loom_test {

/// What happened, in order; written by the reactor's thread, waited for by the test's.
class Journal {
 public:
  void add(std::string event) {
    const std::lock_guard lock(mutex_);
    events_.push_back(std::move(event));
    changed_.notify_all();
  }
  [[nodiscard]] std::vector<std::string> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }
  /// How often exactly `event` was added.
  [[nodiscard]] std::size_t count(const std::string& event) const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(std::count(events_.begin(), events_.end(), event));
  }
  /// Waits until `event` was added `times` times; false after the patience of a test.
  [[nodiscard]] bool wait_for(const std::string& event, std::size_t times = 1) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(patience_milliseconds), [&] {
      return static_cast<std::size_t>(std::count(events_.begin(), events_.end(), event)) >= times;
    });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<std::string> events_;
};

/// What a scripted handler does; empty hooks only write the journal.
template <class Fd>
struct Script {
  using Connection = loom::Connection<Fd>;
  std::function<void(loom::ReactorCore&)> on_start;
  loom::PoolOut pool;  ///< the handler's, from on_start on; refuses without a pool
  std::function<void(Connection&)> on_open;
  std::function<void(Connection&, loom::Bytes)> on_data;
  std::function<void(Connection&)> on_drain;
  std::function<void(Connection&, loom::ReceivedDescriptor)> on_descriptor;
  std::function<void(Connection&, loom::CloseReason)> on_close;
  Journal journal;
  /// The script of the program that runs now; set before its threads start.
  static inline Script* current = nullptr;
  static inline std::mutex starting;
};

/// A per-connection State with something in it that must be given back.
struct TokenState {
  std::shared_ptr<int> token;
  std::uint64_t bytes = 0;
};

/// Journal entries: "open N", "data N TEXT", "drain N", "close N WHY", N being the slot.
template <class Fd>
class ScriptedHandler : public loom::HandlerBase<ScriptedHandler<Fd>> {
 public:
  using State = TokenState;

  /// The pool of a program that has one.
  loom::PoolOut pool;

  void on_start() {
    {
      // Several reactors may share one script.
      const std::lock_guard lock(Script<Fd>::starting);
      script().pool = pool;
    }
    if (script().on_start) script().on_start(this->reactor());
  }
  void on_open(auto& connection) {
    note("open", connection);
    if (script().on_open) script().on_open(connection);
  }
  void on_data(auto& connection, loom::Bytes bytes) {
    connection.state().bytes += bytes.size();
    note("data", connection, std::string(bytes.text()));
    if (script().on_data) script().on_data(connection, bytes);
  }
  void on_descriptor(auto& connection, loom::ReceivedDescriptor descriptor) {
    note("descriptor", connection);
    if (script().on_descriptor) script().on_descriptor(connection, std::move(descriptor));
  }
  void on_drain(auto& connection) {
    note("drain", connection);
    if (script().on_drain) script().on_drain(connection);
  }
  void on_close(auto& connection, loom::CloseReason why) {
    note("close", connection, why.name());
    if (script().on_close) script().on_close(connection, why);
  }

 private:
  Script<Fd>& script() { return *Script<Fd>::current; }
  void note(const char* what, auto& connection, const std::string& more = {}) {
    script().journal.add(std::string(what) + " " + std::to_string(connection.index()) +
                         (more.empty() ? "" : " " + more));
  }
};

}  // namespace loom_test
