// Servers whose connections instance 0 of a reactor's group accepts for all of them: where each
// goes, and how it arrives. Nothing here is compiled for a server without a group.
#pragma once

#include <cerrno>
#include <cstdint>
#include <utility>

#include "run.hpp"
#include "stream_adopt.hpp"

namespace loom {

/// Adds to StreamAdopt the connections that cross from one instance to another.
template <class Derived, class Backend>
class StreamSpread : public StreamAdopt<Derived, Backend> {
  using Base = StreamAdopt<Derived, Backend>;

 public:
  /// accept(2) of this instance, or a connection that instance 0 hands over.
  template <class Fd>
  void accepted(StreamFamily<Fd>& family, const Completion& completion) noexcept {
    if constexpr (Fd::shape.hands_over()) {
      if (completion.tag.generation() == family.handed_generation) {
        if constexpr (Fd::shape.is_elastic()) {
          if (completion.result == spread_look_again) return place_parked(family);
        }
        return take_handed(family, completion.result);
      }
      if (completion.result >= 0 && !stopping_ && !stays(family, completion.result)) {
        if (!completion.more) this->finish(family.accept);
        return this->arm_accept(family);
      }
    }
    Base::accepted(family, completion);
  }

 protected:
  using Base::backend_;
  using Base::core_;
  using Base::stopping_;

  /// Binds the family to what the instances share of it.
  template <class Fd>
  StartError join_share(StreamFamily<Fd>& family, const ReactorRun& run) noexcept {
    family.instance = run.instance;
    Inbox* first = run.inboxes + (run.index - run.instance);
    family.share = run.spread->share_of(family.shape.index, first, run.instances,
                                        family.shape.grow_at, family.handed_tag());
    if (family.share != nullptr) return {};
    return StartError::make(start_code::out_of_memory, family.shape.name, ENOMEM,
                            "fds.%s: no memory for what the instances of its reactor share. "
                            "Declare fewer connections or smaller queues.",
                            family.shape.name);
  }

  /// The reactor stops: no instance will come for the connection that waits.
  template <class Fd>
  void refuse_parked(StreamFamily<Fd>& family) noexcept {
    if (family.parked < 0) return;
    core_.stats().add(Stat::refused);
    backend_.refuse(family.accept, std::exchange(family.parked, -1));
  }

 private:
  /// The keeper says that another instance came, or that none will: the connection that waits goes
  /// to whoever has room, or waits on, or is refused.
  template <class Fd>
  void place_parked(StreamFamily<Fd>& family) noexcept {
    if (family.parked < 0 || stopping_) return;
    const std::int32_t descriptor = std::exchange(family.parked, -1);
    family.share->set_waiting(false);
    if (stays(family, descriptor)) this->take_accepted(family, descriptor);
    this->arm_accept(family);
    this->settle_dirty(family);
  }

  /// Gives a connection away, or closes it when no instance has room and none may come; true when
  /// it stays here.
  template <class Fd>
  bool stays(StreamFamily<Fd>& family, std::int32_t descriptor) noexcept {
    const std::int32_t instance = family.share->place(
        family.shape.spread, family.slot_count, Mail::completing(family.handed_tag(), descriptor));
    if (instance == 0) return true;
    if (instance > 0) {
      core_.stats().add(Stat::accepted);
    } else if (Fd::shape.is_elastic() && family.share->waits_for_growth()) {
      family.parked = descriptor;
    } else {
      core_.stats().add(Stat::refused);
      backend_.refuse(family.accept, descriptor);
    }
    return false;
  }

  /// Keeps the promise that instance 0 made for this one: the slot counts as taken since then, and
  /// never twice, or instance 0 would find the last slot taken.
  template <class Fd>
  void take_handed(StreamFamily<Fd>& family, std::int32_t descriptor) noexcept {
    // What cannot be kept is closed and counted as refused.
    if (!this->adopt_connection(family, descriptor)) family.count_taken(-1);
  }
};

}  // namespace loom
