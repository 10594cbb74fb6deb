// Step 1 of a turn: what other threads left in the reactor's inbox. And its end: whatever was
// posted is still run, and every job comes home before the reactor's memory goes away.
#pragma once

#include <cstdint>

#include "activity.hpp"
#include "core.hpp"
#include "operation.hpp"
#include "thrown.hpp"

namespace loom {

/// Takes at most `maximum` records that came home, and hands each to `dispatch`.
template <class Dispatch>
std::uint32_t take_homecomings(ReactorCore& core, std::uint32_t maximum,
                               Dispatch&& dispatch) noexcept {
  std::uint32_t count = 0;
  while (count < maximum) {
    HomecomingNode* node = core.inbox_->homecoming().take();
    if (node == nullptr) break;
    count += 1;
    if (node->is_job) {
      LOOM_ASSERT(core.jobs_out_ > 0, "a job comes home once");
      core.jobs_out_ -= 1;
      core.in_flight_ -= 1;
    }
    dispatch(Completion{.tag = node->tag, .result = node->result});
  }
  return count;
}

/// What marks calls where no watchdog looks.
struct NotWatched {
  NotWatched(ReactorCore& /*core*/, std::uint32_t /*what*/) noexcept {}
};

/// Does what one item of mail asks for. `Watch` marks a call for the watchdog; see Watched.
template <class Watch, class Dispatch>
void deliver_mail(ReactorCore& core, Mail& mail, Dispatch&& dispatch) noexcept {
  core.stats().add(Stat::mail_received);
  if (mail.kind == MailKind::completion) {
    return dispatch(Completion{.tag = mail.tag, .result = mail.result});
  }
  const Watch watch(core, activity::mail);
  try {
    mail.run(mail, core);
  } catch (...) {
    report_thrown(core, {"", "a call that was posted to this reactor"}, "the loop goes on");
  }
}

/// Takes at most `maximum` items from the inbox, oldest first; with many of both kinds, half of
/// them are records that came home. @returns how many.
template <class Watch = NotWatched, class Dispatch>
std::uint32_t take_mail(ReactorCore& core, std::uint32_t maximum, Dispatch&& dispatch) noexcept {
  std::uint32_t count = take_homecomings(core, maximum - maximum / 2, dispatch);
  Mail mail;
  while (count < maximum && core.inbox_->mailbox().take(mail)) {
    count += 1;
    deliver_mail<Watch>(core, mail, dispatch);
  }
  return count + take_homecomings(core, maximum - count, dispatch);
}

/// The longest wait for a job's way home; its worker rings.
inline constexpr int end_wait_milliseconds = 100;

/// The end of the inbox, on the reactor's thread. Posts are told `closed`, what was posted before
/// is run, jobs that no worker began are cancelled, and those that run are waited for: they may
/// read what their hook pointed them to.
template <class Watch = NotWatched, class Dispatch>
void end_mail(ReactorCore& core, Dispatch&& dispatch) noexcept {
  Inbox& inbox = *core.inbox_;
  inbox.cancel_jobs();
  inbox.mailbox().close();
  inbox.mailbox().drain([&](Mail& mail) { deliver_mail<Watch>(core, mail, dispatch); });
  // Bound: the jobs that are out; none can be added any more.
  while (core.jobs_out_ != 0) {
    if (take_homecomings(core, core.jobs_out_, dispatch) != 0) continue;
    inbox.doorbell().announce_sleep();
    if (!inbox.has_any()) {
      inbox.doorbell().wait(end_wait_milliseconds);
    }
    inbox.doorbell().withdraw_sleep();
  }
}

}  // namespace loom
