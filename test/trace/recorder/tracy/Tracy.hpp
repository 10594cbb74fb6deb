// What stands in for Tracy's client in tests: the part of its interface that profiling builds use,
// over a list of what Tracy's viewer would show, kept and judged by the viewer's rules. A zone that
// ends where none was opened, or not the innermost, is a fault: Tracy ends a capture for it. The
// program itself says when a profiler comes and goes, so that a test can choose the moment.
//
// At exit it writes one JSON document to the file that TRACE_RECORDING names.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace tracy {

struct SourceLocationData {
  const char* name;
  const char* function;
  const char* file;
  std::uint32_t line;
  std::uint32_t color;
};

/// Whether a profiler is there, and which one since the start.
class Profiler {
 public:
  [[nodiscard]] bool IsConnected() const noexcept { return connected_.load(); }
  [[nodiscard]] std::uint64_t ConnectionId() const noexcept { return connection_.load(); }

  void connect() noexcept {
    connection_.fetch_add(1);
    connected_.store(true);
  }
  void disconnect() noexcept { connected_.store(false); }

 private:
  /// Partners: every zone, and the program that connects. Sequentially consistent, for simplicity.
  std::atomic<bool> connected_{false};
  std::atomic<std::uint64_t> connection_{0};
};

inline Profiler& GetProfiler() noexcept {
  static Profiler profiler;
  return profiler;
}

/// What the viewer would know.
class Recording {
 public:
  static Recording& all() {
    static auto* const recording = new Recording;
    return *recording;
  }

  void begin(const SourceLocationData& place) {
    const std::lock_guard lock(mutex_);
    if (!renew()) return;
    line().open.push_back(&place);
    zones_[name_of_line()][place.name] += 1;
    places_[place.name] = std::string(place.file) + ":" + std::to_string(place.line);
    colours_[place.name] = place.color;
  }

  void end(const SourceLocationData& place) {
    const std::lock_guard lock(mutex_);
    if (!renew()) return;
    std::vector<const SourceLocationData*>& open = line().open;
    if (open.empty() || open.back() != &place) {
      faults_.insert(name_of_line() + " ends " + place.name);
      return;
    }
    open.pop_back();
  }

  void enter(const char* fiber) {
    const std::lock_guard lock(mutex_);
    if (!renew()) return;
    if (!fibers_running_.insert(fiber).second) faults_.insert(std::string("twice in ") + fiber);
    fiber_of_[std::this_thread::get_id()] = fiber;
  }

  void leave() {
    const std::lock_guard lock(mutex_);
    if (!renew()) return;
    const auto found = fiber_of_.find(std::this_thread::get_id());
    if (found == fiber_of_.end()) {
      faults_.insert("leaves no fiber");
      return;
    }
    fibers_running_.erase(found->second);
    fiber_of_.erase(found);
  }

  void plot(const char* name, std::int64_t value) {
    const std::lock_guard lock(mutex_);
    plots_[name] = value;
  }
  void message(std::string text) {
    const std::lock_guard lock(mutex_);
    messages_.insert(std::move(text));
  }
  void frame(const char* name) {
    const std::lock_guard lock(mutex_);
    frames_[name] += 1;
  }
  void name_thread(const char* name) {
    const std::lock_guard lock(mutex_);
    names_[std::this_thread::get_id()] = name;
  }
  void lock_of(const char* name) {
    const std::lock_guard lock(mutex_);
    locks_.insert(name);
  }

 private:
  struct Line {
    std::vector<const SourceLocationData*> open;
  };

  Recording() {
    std::atexit([] { all().write(); });
  }

  /// Whether anybody listens. A profiler that has come knows nothing of what was before it.
  bool renew() {
    const std::uint64_t connection = GetProfiler().ConnectionId();
    if (connection != seen_) {
      seen_ = connection;
      lines_.clear();
      fiber_of_.clear();
      fibers_running_.clear();
    }
    return GetProfiler().IsConnected();
  }

  std::string name_of_line() {
    const auto found = fiber_of_.find(std::this_thread::get_id());
    if (found != fiber_of_.end()) return found->second;
    const auto name = names_.find(std::this_thread::get_id());
    return name == names_.end() ? "a thread" : name->second;
  }
  Line& line() { return lines_[name_of_line()]; }

  static std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char each : text) {
      if (each == '"' || each == '\\') result += '\\';
      result += each;
    }
    return result + '"';
  }
  template <class Map>
  static std::string object(const Map& map) {
    std::string result;
    for (const auto& [key, value] : map) {
      result += (result.empty() ? "" : ",") + quoted(key) + ":" + shown(value);
    }
    return "{" + result + "}";
  }
  static std::string list(const std::set<std::string>& items) {
    std::string result;
    for (const std::string& each : items) result += (result.empty() ? "" : ",") + quoted(each);
    return "[" + result + "]";
  }
  static std::string shown(std::int64_t value) { return std::to_string(value); }
  static std::string shown(const std::string& value) { return quoted(value); }
  static std::string shown(const std::map<std::string, std::int64_t>& value) {
    return object(value);
  }

  void write() {
    const char* const path = std::getenv("TRACE_RECORDING");
    std::FILE* const file = path == nullptr ? nullptr : std::fopen(path, "w");
    if (file == nullptr) return;
    const std::lock_guard lock(mutex_);
    std::set<std::string> open;
    for (const auto& [name, each] : lines_) {
      for (const SourceLocationData* place : each.open) open.insert(name + ": " + place->name);
    }
    std::set<std::string> threads;
    for (const auto& [id, name] : names_) threads.insert(name);
    const std::string text = "{\"faults\":" + list(faults_) + ",\"open\":" + list(open) +
                             ",\"zones\":" + object(zones_) + ",\"places\":" + object(places_) +
                             ",\"colours\":" + object(colours_) + ",\"plots\":" + object(plots_) +
                             ",\"frames\":" + object(frames_) + ",\"messages\":" + list(messages_) +
                             ",\"threads\":" + list(threads) + ",\"locks\":" + list(locks_) + "}\n";
    std::fputs(text.c_str(), file);
    std::fclose(file);
  }

  std::mutex mutex_;
  std::uint64_t seen_ = 0;
  std::map<std::string, Line> lines_;
  std::map<std::thread::id, std::string> names_;
  std::map<std::thread::id, std::string> fiber_of_;
  std::set<std::string> fibers_running_;
  std::map<std::string, std::map<std::string, std::int64_t>> zones_;
  std::map<std::string, std::string> places_;
  std::map<std::string, std::int64_t> colours_;
  std::map<std::string, std::int64_t> plots_;
  std::map<std::string, std::int64_t> frames_;
  std::set<std::string> messages_;
  std::set<std::string> locks_;
  std::set<std::string> faults_;
};

/// Tells of its end to whom it told of its beginning, as Tracy's does.
class ScopedZone {
 public:
  explicit ScopedZone(const SourceLocationData* place, std::int32_t /*depth*/ = -1,
                      bool is_active = true)
      : place_(place), is_active_(is_active && GetProfiler().IsConnected()) {
    if (!is_active_) return;
    connection_ = GetProfiler().ConnectionId();
    Recording::all().begin(*place);
  }
  ScopedZone(const ScopedZone&) = delete;
  ScopedZone& operator=(const ScopedZone&) = delete;
  ~ScopedZone() {
    if (is_active_ && GetProfiler().ConnectionId() == connection_) Recording::all().end(*place_);
  }
  void Text(const char* /*text*/, std::size_t /*bytes*/) noexcept {}

 private:
  const SourceLocationData* place_;
  bool is_active_;
  std::uint64_t connection_ = 0;
};

inline void SetThreadName(const char* name) { Recording::all().name_thread(name); }

/// A mutex that the viewer knows by name.
template <class Mutex>
class Lockable : public Mutex {
 public:
  explicit Lockable(const char* name) { Recording::all().lock_of(name); }
};

}  // namespace tracy

#define TracyLockable(type, variable) \
  tracy::Lockable<type> variable {    \
#type " " #variable               \
  }
#define TracyPlot(name, value) tracy::Recording::all().plot(name, value)
#define TracyMessage(text, bytes) tracy::Recording::all().message(std::string(text, bytes))
#define FrameMarkNamed(name) tracy::Recording::all().frame(name)
#define TracyFiberEnter(name) tracy::Recording::all().enter(name)
#define TracyFiberLeave tracy::Recording::all().leave()
