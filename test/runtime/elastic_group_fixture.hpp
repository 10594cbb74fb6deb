// A group of one to four instances with few slots, of which one too many stays for a millisecond:
// what tests of elastic groups have in common.
#pragma once

#include <string>

#include "group_fixture.hpp"
#include "log_lines.hpp"

namespace loom_test {

inline constexpr std::uint32_t elastic_slots = 4;
inline constexpr std::uint32_t elastic_grow_at = 3;

/// A server that echoes.
template <loom::Spread rule>
struct ElasticServerFd {
  using Handler = ScriptedHandler<ElasticServerFd>;
  using Framing = loom::RawFraming;
  static constexpr loom::StreamShape shape = numbered({.kind = loom::StreamKind::tcp_server,
                                                       .address = "127.0.0.1:0",
                                                       .slots = elastic_slots,
                                                       .buffer_bytes = 4096,
                                                       .buffer_count = 8,
                                                       .write_queue_bytes = 16384,
                                                       .spread = rule,
                                                       .grow_at = elastic_grow_at,
                                                       .options = {.backlog = 128}});
};

/// One to four instances, of which a superfluous one stays for a millisecond.
template <loom::Spread rule>
class ElasticGroup : public Group<ElasticServerFd<rule>> {
 public:
  explicit ElasticGroup(std::uint32_t minimum = 1) {
    for (loom::ReactorEntry& entry : this->entries_) {
      entry.minimum_instances = minimum;
      entry.linger_nanoseconds = loom::nanoseconds_per_millisecond;
    }
    log_.attach(this->start_);
  }
  ~ElasticGroup() { this->stop(); }

  [[nodiscard]] std::uint64_t running() const { return this->sum(loom::Stat::running); }
  [[nodiscard]] bool shrinks_to(std::uint64_t count) const {
    return eventually([&] { return running() == count; });
  }

  /// Whether a line of the log has this in it.
  [[nodiscard]] bool said(const std::string& text) const { return log_.said(text); }

 private:
  LogLines log_;
};

/// Whether `text` comes back.
inline bool echoes(Descriptor& peer, const std::string& text) {
  return send_all(peer.get(), text) && receive_exactly(peer.get(), text.size()) == text;
}

}  // namespace loom_test
