// How the connections of one server spread over the instances of its reactor: each instance counts
// what it has of them, and instance 0 reserves a place before it hands one over, so that a
// connection that was accepted finds a slot wherever it goes.
//
// A connection crosses as mail that looks like a completion of the target's own accept, with the
// plain descriptor as its result. What cannot be posted goes to the next instance.
//
// In an elastic group instances come and go. Instance 0 counts a promise before it looks once more
// whether the member still takes part; a member that leaves takes no part first and looks at the
// count then. So of the two one notices, and no connection goes to an instance that has ended.
#pragma once

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "inbox.hpp"
#include "keeper_bell.hpp"
#include "shapes.hpp"

namespace loom {

/// Instances of one reactor at most; all reactors of a program have as many instances together.
inline constexpr std::uint32_t maximum_instances = 16;

/// In place of a descriptor: instance 0 looks for a place again.
inline constexpr std::int32_t spread_look_again = -EAGAIN;

/// What one instance tells the others about one server fd.
struct alignas(64) SpreadMember {
  /// Slots that are taken or promised. Instance 0 adds its promises, the member what it takes and
  /// frees (relaxed: the slots themselves belong to the member's thread alone). Partner:
  /// takes_part, see SpreadShare::promise.
  std::atomic<std::uint32_t> taken{0};
  /// Between the member's begin and its end. Sequentially consistent where a member may leave
  /// before the program stops; else relaxed: a connection that crosses a stop is closed by the
  /// member, like any other of its connections.
  std::atomic<bool> takes_part{false};
};

/// One server fd of a group. The program owns it; it outlives every instance.
class SpreadShare {
 public:
  /// `first` is the inbox of instance 0, those of the others follow it. An instance is crowded with
  /// `grow_at` connections, and the keeper behind `bell` may start another; 0: none comes or goes.
  /// `handed` is the tag of a connection that is handed over.
  SpreadShare(std::uint16_t fd, Inbox* first, std::uint32_t instances, std::uint32_t grow_at = 0,
              Tag handed = {}, KeeperBell* bell = nullptr) noexcept
      : fd_(fd),
        inboxes_(first),
        instances_(instances),
        grow_at_(grow_at),
        handed_(handed),
        bell_(bell),
        may_grow_(grow_at != 0) {
    LOOM_ASSERT(instances >= 1 && instances <= maximum_instances, "instances of a reactor");
  }

  /// Program-wide number of the fd.
  [[nodiscard]] std::uint16_t fd() const noexcept { return fd_; }
  /// The inbox of instance 0, which says whose group it is.
  [[nodiscard]] Inbox& first_inbox() const noexcept { return *inboxes_; }
  /// Connections with which an instance is crowded; 0: the group is not elastic.
  [[nodiscard]] std::uint32_t grow_at() const noexcept { return grow_at_; }

  /// What instance number `instance` tells.
  [[nodiscard]] SpreadMember& member(std::uint32_t instance) noexcept {
    LOOM_ASSERT(instance < instances_, "an instance of the group");
    return members_[instance];
  }

  /// Any thread: whether every instance that takes part has as many connections as `grow_at`,
  /// where instance 0 has `more` besides those that it has counted.
  [[nodiscard]] bool crowded(std::uint32_t more = 0) const noexcept {
    for (std::uint32_t n = 0; n < instances_; ++n) {
      if (!members_[n].takes_part.load(std::memory_order_relaxed)) continue;
      const std::uint32_t taken = members_[n].taken.load(std::memory_order_relaxed);
      if (taken + (n == 0 ? more : 0) < grow_at_) return false;
    }
    return true;
  }

  /// The keeper: whether instances can still be added.
  void allow_growth(bool allowed) noexcept {
    // Partner: waits_for_growth. Relaxed: who sees it late refuses or waits once too often.
    may_grow_.store(allowed, std::memory_order_relaxed);
  }

  /// Instance 0, which found no place: true when another instance may come, so that the connection
  /// shall wait. Then the keeper has been told, and answers with mail.
  bool waits_for_growth() noexcept {
    const bool waits = may_grow_.load(std::memory_order_relaxed);
    set_waiting(waits);
    return waits;
  }
  /// Instance 0: whether a connection waits.
  void set_waiting(bool waits) noexcept {
    // Partner: has_waiting(), behind the bell.
    waiting_.store(waits, std::memory_order_relaxed);
    if (waits) bell_->ring();
  }
  /// The keeper: has instance 0 look once more for a place for the connection that waits.
  PostResult ask_to_look_again() noexcept {
    return inboxes_->post(Mail::completing(handed_, spread_look_again));
  }
  /// The keeper: whether instance 0 has a connection that waits for a place.
  [[nodiscard]] bool has_waiting() const noexcept {
    return waiting_.load(std::memory_order_relaxed);
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
      if (grow_at_ != 0 && may_grow_.load(std::memory_order_relaxed) &&
          crowded(instance == 0 ? 1 : 0)) {
        bell_->ring();
      }
      return choice;
    }
    return -1;
  }

 private:
  /// Promises a place and says so; false when the mailbox is full or closed, or when the member
  /// leaves.
  bool promise(std::uint32_t instance, const Mail& mail) noexcept {
    SpreadMember& member = members_[instance];
    // Partner: a member that leaves, which takes no part first and looks at the count then.
    // Sequentially consistent on both sides: one of the two sees the other.
    member.taken.fetch_add(1, std::memory_order_seq_cst);
    if (member.takes_part.load(std::memory_order_seq_cst) && inboxes_[instance].post(mail)) {
      return true;
    }
    member.taken.fetch_sub(1, std::memory_order_relaxed);
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
  std::uint32_t grow_at_;
  Tag handed_;
  KeeperBell* bell_;
  /// Partners: allow_growth and waits_for_growth.
  std::atomic<bool> may_grow_;
  /// Partners: set_waiting and has_waiting.
  std::atomic<bool> waiting_{false};
  SpreadMember members_[maximum_instances];
};

}  // namespace loom
