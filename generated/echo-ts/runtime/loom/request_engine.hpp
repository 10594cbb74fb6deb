// The layer of the loop that carries out the system requests of callback handlers and tells each
// handler what its own came to.
#pragma once

#include <concepts>

#include "reactor_stop.hpp"
#include "request_slots.hpp"
#include "thrown.hpp"

namespace loom {

/// `handler.on_complete(done)` can be called.
template <class Handler>
concept HasOnComplete = requires(Handler& handler, Completed done) {
                          { handler.on_complete(done) } -> std::same_as<void>;
                        };

/// `Derived` is the emitted reactor (CRTP); with requests in its Shape it offers each_handler.
template <class Derived, class Backend>
class RequestEngine : public ReactorStop<Derived, Backend> {
  using Base = ReactorStop<Derived, Backend>;

 protected:
  using Base::backend_;
  using Base::core_;

  /// From now on hooks can note requests.
  void open_requests() noexcept { core_.desk_ = &requests_; }

  /// Starts and cancels what hooks have noted.
  void settle_requests() noexcept {
    requests_.carry_out([this](Operation& operation) { this->start(operation); },
                        [this](RequestSlot& slot) { cancel_request(backend_, slot); });
  }

  /// The reactor stops: nothing new, and an end to what is in flight.
  void stop_requests() noexcept {
    requests_.close();
    core_.dirty_ = true;
  }

  /// A request completed: its handler hears of it, and the record is free after the last time.
  void request_completed(const Completion& completion) noexcept {
    RequestSlot* slot = requests_.find(completion.tag);
    if (slot == nullptr) return core_.stats().add(Stat::stale_completions);
    const Completed done{slot->token, result_of(*slot, completion.result), completion.more};
    const void* owner = slot->owner;
    if (!completion.more) {
      this->finish(*slot);
      requests_.release(*slot);
    }
    static_cast<Derived&>(*this).each_handler([&](auto& handler) {
      static_assert(HasOnComplete<std::remove_cvref_t<decltype(handler)>>,
                    "on_complete takes loom::Completed and returns nothing: "
                    "void on_complete(loom::Completed done).");
      if (handler.is_owner(owner)) tell(handler, done);
    });
  }

 private:
  template <class Handler>
  void tell(Handler& handler, const Completed& done) noexcept {
    try {
      handler.on_complete(done);
    } catch (...) {
      const ThrownBy by{"", "", type_name<Handler>(), "on_complete"};
      report_thrown(core_, by, "the loop goes on (handler_threw)");
    }
  }

  RequestSlots<Base::Shape::requests> requests_;
};

}  // namespace loom
