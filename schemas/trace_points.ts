/**
 * Where `loomgen build --trace` adds to the runtime: the file, a line that occurs in it exactly
 * once, and what is put behind, before or in place of it. The runtime has no word of tracing, so
 * that a build without `--trace` is the same as if there were none. What is called here is in
 * `templates/trace/loom`.
 */

/** One addition to a file of the runtime. */
export interface TracePoint {
  /** Relative to `runtime/loom`. */
  file: string;
  /** What is shown there, in a few words; for people. */
  what: string;
  /** Text of the runtime, within one line or over several; exactly once in the file. */
  at: string;
  /** Where the text goes. */
  place: 'behind' | 'before' | 'instead';
  /** C++ without a line end, so that no line moves. */
  text: string;
  /** What the file includes for it, in its first line; default `loom/trace_points.hpp`. */
  header?: string;
}

/** A zone for the rest of the scope that `at` opens. */
function zone(file: string, at: string, name: string, colour: string): TracePoint {
  const text = ` LOOM_ZONE("${name}", ${colour});`;
  return { file, what: `zone: ${name}`, at, place: 'behind', text };
}

/** A call of `loom::trace`, or an object of it, behind `at`. */
function behind(file: string, what: string, at: string, text: string): TracePoint {
  return { file, what, at, place: 'behind', text: ` ${text}` };
}

/** A mutex that the profiler sees. */
function mutex(file: string, name: string): TracePoint {
  const text = `LOOM_TRACED_MUTEX(${name});`;
  return { file, what: 'mutex', at: `  std::mutex ${name};`, place: 'instead', text: `  ${text}` };
}

const gatherPlots = [
  'const loom::trace::TurnEnd loom_turn_end; if (loom::trace::is_turn_recorded()) [[unlikely]] {',
  'using loom::trace::Plot;',
  'loom::trace::plot(Plot::in_flight, core_.in_flight_);',
  'loom::trace::plot(Plot::overflow, backend_.traced_overflow());',
  'loom::trace::plot(Plot::ready_fibers, this->traced_ready_fibers());',
  'loom::trace::plot(Plot::bytes_received, core_.stats().get(Stat::bytes_received));',
  'loom::trace::plot(Plot::bytes_sent, core_.stats().get(Stat::bytes_sent));',
  'loom::trace::plot(Plot::inbox, core_.inbox_->mailbox().traced_depth()); }',
].join(' ');

const openReactor =
  'loom::trace::open_reactor(Shape::name, Backend::name, reactor_run.instance, ' +
  'reactor_run.instances);';

const nameReactor =
  'loom::trace::name_thread(declared, reactor_run.instance, reactor_run.instances);';

const runFiber = 'const loom::trace::FiberRun loom_fiber_run(&fiber, fiber.name, fiber.number);';

const overflowCount = (size: string): string =>
  `[[nodiscard]] std::uint32_t traced_overflow() const noexcept { return ${size}; }`;

const readyFibers = [
  '[[nodiscard]] std::uint32_t traced_ready_fibers() const noexcept {',
  'if constexpr (has_fibers) return storage_.scheduler.ready_count(); return 0; }',
].join(' ');

const inboxDepth = [
  '[[nodiscard]] std::uint64_t traced_depth() const noexcept {',
  'return (tail_.load(std::memory_order_relaxed) & ~closed_bit) - head_; }',
].join(' ');

const wentUp = 'loom::trace::say("fds.%s up, connection %u", family.shape.name, slot.index);';
const wentDown = [
  'loom::trace::say("fds.%s down, connection %u, reason %u, errno %d", family.shape.name,',
  'slot.index, static_cast<unsigned>(why.kind), why.system_error);',
].join(' ');

const stops = 'loom::trace::say("reactors.%s stops", Shape::name);';
const note = 'loom::trace::note_work();';

/** Every addition. */
export const tracePoints: readonly TracePoint[] = [
  // The loop.
  behind('reactor.hpp', 'lane', 'StartError open(ReactorRun& reactor_run) noexcept {', openReactor),
  behind(
    'reactor.hpp',
    'connection of the profiler',
    'void begin_turn(ReactorRun& reactor_run) noexcept {',
    'loom::trace::begin_turn();',
  ),
  behind(
    'reactor.hpp',
    'zone: turn',
    'void hand_over(const Completion& completion) noexcept {',
    note,
  ),
  behind('reactor.hpp', 'zone: turn', '    if (core_.inbox_->has_any()) {', note),
  behind(
    'reactor.hpp',
    'plots, and the end of the turn',
    'void end_turn(ReactorRun& reactor_run) noexcept {',
    gatherPlots,
  ),
  zone(
    'reactor.hpp',
    'void wait(ReactorRun& reactor_run, std::uint64_t most) noexcept {',
    'wait',
    '0x3b4252',
  ),
  behind(
    'reactor.hpp',
    'lane',
    'void finish_run(ReactorRun& reactor_run) noexcept {',
    'const loom::trace::ReactorEnd loom_reactor_end;',
  ),
  zone(
    'backend/io_uring_turn.hpp',
    '  if (io_uring_sq_ready(&ring_) != 0) {',
    'submit',
    '0xd08770',
  ),
  zone(
    'backend/readiness.hpp',
    '    if (busy && looks_left_out_ < maximum_looks_left_out) return;',
    'look',
    '0xd08770',
  ),
  // Plots.
  behind(
    'backend/io_uring.hpp',
    'plot: overflow',
    '  [[nodiscard]] bool has_overflow() const noexcept { return !overflow_.empty(); }',
    overflowCount('overflow_.size()'),
  ),
  behind(
    'backend/readiness.hpp',
    'plot: overflow',
    '  [[nodiscard]] bool has_overflow() const noexcept { return false; }',
    overflowCount('0'),
  ),
  {
    file: 'fiber_engine.hpp',
    what: 'plot: ready fibers',
    at: '  [[nodiscard]] bool has_ready_fibers() const noexcept {',
    place: 'before',
    text: `  ${readyFibers} `,
  },
  {
    file: 'mailbox.hpp',
    what: 'plot: inbox',
    at: '  [[nodiscard]] bool has_mail() const noexcept {',
    place: 'before',
    text: `  ${inboxDepth} `,
  },
  // Fibers, mail and pools.
  behind('fiber_engine.hpp', 'zone: turn', 'void run_fiber(Fiber& fiber) noexcept {', note),
  behind('fiber/scheduler.hpp', 'fiber', '    if (!fiber.has_stack) bind(fiber);', runFiber),
  zone(
    'take_mail.hpp',
    'void deliver_mail(ReactorCore& core, Mail& mail, Dispatch&& dispatch) noexcept {',
    'mail',
    '0xb48ead',
  ),
  {
    file: 'pool.hpp',
    what: 'zone: job',
    at: '        job->run(*job);',
    place: 'before',
    text: '        LOOM_ZONE("job", 0xebcb8b); ',
  },
  // Messages.
  behind('stream_lifecycle.hpp', 'message: up', '    slot.state = SlotState::open;', wentUp),
  behind('stream_lifecycle.hpp', 'message: down', '    slot.failure = why;', wentDown),
  behind('reactor_stop.hpp', 'message: stop', '    stopping_ = true;', stops),
  // Threads and mutexes.
  behind(
    'run_reactor.hpp',
    'thread',
    'inline void name_this_thread(const char* declared, const ReactorRun& reactor_run) noexcept {',
    nameReactor,
  ),
  behind(
    'pool.hpp',
    'thread',
    '    system::name_thread(name);',
    'loom::trace::name_thread(name, 0, 1);',
  ),
  behind(
    'watchdog.hpp',
    'thread',
    '    system::name_thread("loom:watchdog");',
    'loom::trace::name_thread("loom:watchdog", 0, 1);',
  ),
  behind(
    'group_keeper.hpp',
    'thread',
    '    system::name_thread("loom:keeper");',
    'loom::trace::name_thread("loom:keeper", 0, 1);',
  ),
  mutex('reactor_threads.hpp', 'mutex_'),
  {
    file: 'reactor_threads.hpp',
    what: 'mutex',
    at: '  std::condition_variable reported_;',
    place: 'instead',
    text: '  std::condition_variable_any reported_;',
  },
  mutex('spread_table.hpp', 'mutex_'),
  mutex('node/log_queue.hpp', 'mutex_'),
  mutex('node/program_object.hpp', 'start_mutex_'),
  // What JavaScript calls.
  {
    file: 'node/addon.hpp',
    what: 'zones of JavaScript',
    at: '  exports["SharedMap"] = SharedMap::define(env);',
    place: 'behind',
    text: ' add_trace(env, exports);',
    header: 'loom/node/trace_functions.hpp',
  },
];
