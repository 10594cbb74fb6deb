// Keeps a book in step with its exchange by the procedure the exchange documents ("How to manage a
// local order book correctly"): diffs are kept until a snapshot fits, those the snapshot already
// contains (u <= lastUpdateId) are ignored, the first applied one must contain the update after it
// (U <= lastUpdateId + 1 <= u), and from then on U must be the previous u + 1. Anything else is a
// gap: the book is out of date from there on and waits for a snapshot that reaches the later diffs.
//
// Diffs and snapshots come over different connections, so nothing here depends on which of two
// arrived first: a snapshot that comes early is kept for the gap it may have to mend.
#pragma once

#include <cstdint>

#include "book.hpp"
#include "pending.hpp"

namespace feed {

/// Where a book stands.
enum class SyncState : std::uint8_t {
  /// No snapshot fits yet; diffs are kept.
  waiting,
  /// The book is a snapshot; the diff that joins it has not come yet.
  primed,
  /// The book follows the diffs.
  live,
};

/// What happened to diffs and snapshots so far.
struct SyncCounters {
  std::uint64_t gaps = 0;             ///< diffs whose U was not the previous u + 1
  std::uint64_t diffs_applied = 0;    ///< diffs that changed the book
  std::uint64_t diffs_ignored = 0;    ///< diffs that a snapshot already contained
  std::uint64_t diffs_lost = 0;       ///< diffs that no snapshot can ever join, or without room
  std::uint64_t snapshots_used = 0;   ///< snapshots the book was started from
  std::uint64_t snapshots_stale = 0;  ///< snapshots older than the diffs at hand
};

/// A book and its state machine.
class BookSync {
 public:
  /// The book; current only when state() is live.
  const PriceBook& book() const noexcept { return book_; }
  SyncState state() const noexcept { return state_; }
  const SyncCounters& counters() const noexcept { return counters_; }
  /// The u of the last diff the book contains, or the snapshot's lastUpdateId before one did.
  std::uint64_t book_id() const noexcept { return book_id_; }
  /// The lastUpdateId of the snapshot the book was last started from.
  std::uint64_t snapshot_id() const noexcept { return snapshot_id_; }
  /// The most diffs that ever waited for a snapshot.
  std::uint32_t pending_high_water() const noexcept { return pending_.high_water(); }
  /// The U that the last gap hid, and the U that came instead; zeros before the first gap.
  std::uint64_t gap_expected() const noexcept { return gap_expected_; }
  std::uint64_t gap_received() const noexcept { return gap_received_; }
  /// True when diffs should stop coming until a snapshot has: the kept ones fill their memory.
  bool full() const noexcept { return state_ == SyncState::waiting && !pending_.roomy(); }

  /// Takes the next diff of the stream; first_id <= last_id. True when it revealed a gap.
  bool on_diff(const Diff& diff) noexcept {
    const bool gap = seen_ && diff.first_id != seen_id_ + 1;
    if (gap) {
      ++counters_.gaps;
      gap_expected_ = seen_id_ + 1;
      gap_received_ = diff.first_id;
    }
    seen_ = true;
    seen_id_ = diff.last_id;
    if (pending_.size() != 0 || !take(diff)) keep(diff);
    return gap;
  }

  /// Takes a snapshot, and with it the kept diffs that follow from it.
  void on_snapshot(const Snapshot& snapshot) noexcept {
    if (state_ != SyncState::waiting) {
      kept_.store(snapshot);
      return;
    }
    if (pending_.size() != 0 && !reaches(snapshot.last_id, pending_.diff(0))) {
      ++counters_.snapshots_stale;
      return;
    }
    start_from(snapshot);
    std::uint32_t taken = 0;
    while (taken < pending_.size() && take(pending_.diff(taken))) ++taken;
    pending_.drop_first(taken);
  }

  /// No snapshot will come any more: what still waits for one waits in vain.
  void on_snapshots_ended() noexcept {
    snapshots_ended_ = true;
    counters_.diffs_lost += pending_.size();
    pending_.drop_first(pending_.size());
  }

 private:
  /// True when no update is missing between a snapshot and a diff.
  static bool reaches(std::uint64_t snapshot_id, const Diff& diff) noexcept {
    return diff.first_id <= snapshot_id + 1;
  }

  void apply(const Diff& diff) noexcept {
    book_.apply(diff.bids, diff.asks);
    book_id_ = diff.last_id;
    ++counters_.diffs_applied;
  }

  void start_from(const Snapshot& snapshot) noexcept {
    book_.assign(snapshot.bids, snapshot.asks);
    book_id_ = snapshot_id_ = snapshot.last_id;
    state_ = SyncState::primed;
    ++counters_.snapshots_used;
  }

  /// Puts a diff into the book, or ignores one that is in it; false when it has to wait.
  bool take(const Diff& diff) noexcept {
    if (state_ == SyncState::live && diff.first_id == book_id_ + 1) {
      apply(diff);
      return true;
    }
    if (state_ == SyncState::live) state_ = SyncState::waiting;
    return (state_ == SyncState::primed && join(diff)) || join_kept_snapshot(diff);
  }

  /// Joins a diff to the snapshot that the book is; false when updates are missing between the
  /// two, which makes the snapshot stale.
  bool join(const Diff& diff) noexcept {
    if (diff.last_id <= snapshot_id_) {
      ++counters_.diffs_ignored;
      return true;
    }
    if (!reaches(snapshot_id_, diff)) {
      ++counters_.snapshots_stale;
      state_ = SyncState::waiting;
      return false;
    }
    state_ = SyncState::live;
    apply(diff);
    return true;
  }

  /// Starts again from the oldest kept snapshot that reaches the diff; false when none does.
  bool join_kept_snapshot(const Diff& diff) noexcept {
    for (; !kept_.empty(); kept_.drop_oldest()) {
      if (reaches(kept_.oldest().last_id, diff)) {
        start_from(kept_.oldest());
        kept_.drop_oldest();
        return join(diff);
      }
      ++counters_.snapshots_stale;
    }
    return false;
  }

  void keep(const Diff& diff) noexcept {
    if (snapshots_ended_ || !pending_.store(diff)) ++counters_.diffs_lost;
  }

  SyncState state_ = SyncState::waiting;
  bool seen_ = false;
  bool snapshots_ended_ = false;
  std::uint64_t seen_id_ = 0;
  std::uint64_t gap_expected_ = 0;
  std::uint64_t gap_received_ = 0;
  std::uint64_t book_id_ = 0;
  std::uint64_t snapshot_id_ = 0;
  SyncCounters counters_;
  PriceBook book_;
  PendingDiffs pending_;
  KeptSnapshots kept_;
};

}  // namespace feed
