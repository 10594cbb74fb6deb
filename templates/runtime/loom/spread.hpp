// How the connections of one server spread over the instances of its reactor: each instance counts
// what it has of them, and instance 0 reserves a place before it hands one over, so that a
// connection that was accepted finds a slot wherever it goes.
//
// A connection crosses as mail that looks like a completion of the target's own accept, with the
// plain descriptor as its result. What cannot be posted goes to the next instance.
#pragma once

#include <atomic>
#include <cstdint>

#include "inbox.hpp"
#include "shapes.hpp"

namespace loom {

/// Instances of one reactor at most; all reactors of a program have as many instances together.
inline constexpr std::uint32_t maximum_instances = 16;

/// What one instance tells the others about one server fd.
struct alignas(64) SpreadMember {
  /// Slots that are taken or promised. Relaxed: instance 0 adds its promises, the member what it
  /// takes and frees; the slots themselves belong to the member's thread alone.
  std::atomic<std::uint32_t> taken{0};
  /// Between the member's begin and its stop. Relaxed: a connection that crosses a stop is closed
  /// by the member, like any other of its connections.
  std::atomic<bool> takes_part{false};
};

/// One server fd of a group. The program owns it; it outlives every instance.
class SpreadShare {
 public:
  /// `first` is the inbox of instance 0, those of the others follow it.
  SpreadShare(std::uint16_t fd, Inbox* first, std::uint32_t instances) noexcept
      : fd_(fd), inboxes_(first), instances_(instances) {
    LOOM_ASSERT(instances >= 1 && instances <= maximum_instances, "instances of a reactor");
  }

  /// Program-wide number of the fd.
  [[nodiscard]] std::uint16_t fd() const noexcept { return fd_; }

  /// What instance number `instance` tells.
  [[nodiscard]] SpreadMember& member(std::uint32_t instance) noexcept {
    LOOM_ASSERT(instance < instances_, "an instance of the group");
    return members_[instance];
  }

  /// Instance 0: chooses an instance by `rule` that has room for one more of `slots`. At another
  /// one it promises the place, and posts `mail` there. @returns the instance, or -1 when every one
  /// is full.
  std::int32_t place(Spread rule, std::uint32_t slots, const Mail& mail) noexcept {
    std::uint32_t tried = 0;
    for (std::uint32_t count = 0; count < instances_; ++count) {
      const std::int32_t choice = choose(rule, slots, tried);
      if (choice < 0) return -1;
      const auto instance = static_cast<std::uint32_t>(choice);
      tried |= 1U << instance;
      if (instance != 0 && !promise(instance, mail)) continue;
      next_ = (instance + 1) % instances_;
      return choice;
    }
    return -1;
  }

 private:
  /// Promises a place and says so; false when the mailbox is full or closed.
  bool promise(std::uint32_t instance, const Mail& mail) noexcept {
    members_[instance].taken.fetch_add(1, std::memory_order_relaxed);
    if (inboxes_[instance].post(mail)) return true;
    members_[instance].taken.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }

  /// The instance whose turn it is, or the one with the fewest connections, among those that have
  /// room and were not tried; -1 when there is none. Equal ones take turns.
  [[nodiscard]] std::int32_t choose(Spread rule, std::uint32_t slots,
                                    std::uint32_t tried) const noexcept {
    std::int32_t best = -1;
    std::uint32_t fewest = slots;
    for (std::uint32_t n = 0; n < instances_; ++n) {
      const std::uint32_t instance = (next_ + n) % instances_;
      const SpreadMember& member = members_[instance];
      if ((tried >> instance & 1U) != 0) continue;
      if (!member.takes_part.load(std::memory_order_relaxed)) continue;
      const std::uint32_t taken = member.taken.load(std::memory_order_relaxed);
      if (taken >= fewest) continue;
      best = static_cast<std::int32_t>(instance);
      if (rule == Spread::round_robin) return best;
      fewest = taken;
    }
    return best;
  }

  std::uint16_t fd_;
  Inbox* inboxes_;
  std::uint32_t instances_;
  std::uint32_t next_ = 0;  ///< whose turn it is; instance 0's alone
  SpreadMember members_[maximum_instances];
};

}  // namespace loom
