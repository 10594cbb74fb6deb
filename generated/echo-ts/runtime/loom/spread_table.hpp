// The spread server fds of a program: made while reactors start, by whichever instance of a group
// comes first to one, and gone only with the program.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>

#include "spread.hpp"

namespace loom {

/// Server fds of a program that instances share, at most: as many as it may have listeners.
inline constexpr std::uint32_t maximum_spread_fds = 64;

/// Belongs to the program; share_of() is called at the start of reactors only.
class SpreadTable {
 public:
  /// Any reactor thread at its start: what the instances share of server `fd`. `first` is the inbox
  /// of the group's instance 0, `grow_at` and `handed` as in SpreadShare. nullptr without memory,
  /// or past the bound of the table.
  SpreadShare* share_of(std::uint16_t fd, Inbox* first, std::uint32_t instances,
                        std::uint32_t grow_at = 0, Tag handed = {}) noexcept {
    const std::lock_guard lock(mutex_);
    for (std::unique_ptr<SpreadShare>& share : shares_) {
      if (share == nullptr) {
        share.reset(new (std::nothrow) SpreadShare(fd, first, instances, grow_at, handed, &bell_));
      }
      if (share == nullptr || share->fd() == fd) return share.get();
    }
    return nullptr;
  }

  /// The keeper: calls `visit` with every share of the group whose instance 0 takes from `first`.
  template <class Visit>
  void each_of(const Inbox& first, Visit&& visit) noexcept {
    const std::lock_guard lock(mutex_);
    for (std::unique_ptr<SpreadShare>& share : shares_) {
      if (share != nullptr && &share->first_inbox() == &first) visit(*share);
    }
  }

  /// Tells the keeper of elastic groups that there is something to decide.
  [[nodiscard]] KeeperBell& bell() noexcept { return bell_; }

 private:
  std::mutex mutex_;
  KeeperBell bell_;
  std::array<std::unique_ptr<SpreadShare>, maximum_spread_fds> shares_;
};

}  // namespace loom
