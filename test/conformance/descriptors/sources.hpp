// Handlers of signals and eventfds, which have no connection: they note one line an event.
#pragma once

#include <descriptors/handlers.hpp>

#include <csignal>
#include <cstdio>

/// Writes one event of an fd, as transcript::note does for connections.
inline void note_event(loom::ReactorCore& reactor, const char* fd, const char* what,
                       unsigned long long number) noexcept {
  char line[128];
  std::snprintf(line, sizeof line, "T %s 0.1 %s %llu", fd, what, number);
  reactor.log(line);
}

/// Each signal adds its number to `alarm`; SIGUSR2 gives two tickets.
struct Reload : descriptors::ReloadBase<Reload> {
  void on_signal(const loom::SignalInfo& info) {
    note_event(reactor(), "reload", "signal", static_cast<unsigned>(info.number));
    const auto count = static_cast<std::uint64_t>(info.number);
    if (!(info.number == SIGUSR2 ? this->tickets.signal(2) : this->alarm.signal(count))) {
      note_event(reactor(), "reload", "VIOLATION: not added", count);
    }
  }
};

struct Alarm : descriptors::AlarmBase<Alarm> {
  void on_event(loom::EventCount event) { note_event(reactor(), "alarm", "count", event.count); }
};

struct Tickets : descriptors::TicketsBase<Tickets> {
  void on_event(loom::EventCount event) { note_event(reactor(), "tickets", "count", event.count); }
};
