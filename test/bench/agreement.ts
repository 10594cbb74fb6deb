/**
 * What the load generator and the server counted, held against each other: figures come only from
 * two lines that agree to the message. Over UDP the kernel counts, too: what it dropped.
 */

import { Discarded } from '../../generator/measure/child.ts';
import type { Scenario } from './scenarios.ts';
import type { Figures } from './trial.ts';

/** A line of figures that a process ended with. */
export type Counts = Readonly<Record<string, number>>;

const serverFields = [
  ...['total', 'measured', 'span_ns', 'p50', 'p90', 'p99', 'p999', 'max'],
  ...['bytes', 'chunks', 'bad'],
];

/** Before each message, its body's length. */
const prefixBytes = 2;

/** Whether the messages of a load are stamped for the server to measure. */
const isTimed = ({ load }: Scenario): boolean => load === 'paced' || load === 'replay';

/**
 * Messages that the kernel had no room for, over UDP; 0 otherwise.
 * @throws {Discarded} when they are more than the scenario allows
 */
function lostOf({ transport, lossAtMost = 0 }: Scenario, load: Counts): number {
  if (transport !== 'udp') return 0;
  const { dropped = 0, sent = 0 } = load;
  if (dropped > sent * lossAtMost) {
    const percent = (part: number): string => `${Number((part * 100).toPrecision(2))} %`;
    const words = `lost ${percent(dropped / sent)} of the messages, more than`;
    throw new Discarded(`${words} ${percent(lossAtMost)}: the receiver was held up`);
  }
  return dropped;
}

/** @throws {Discarded} when the two sides do not agree */
export function compare(scenario: Scenario, load: Counts, server: Counts): void {
  const field = serverFields.find((name) => !Number.isFinite(server[name]));
  if (field !== undefined) throw new Discarded(`the server's line has no number '${field}'`);
  const must = (what: string, found: number | undefined, wanted: number | undefined): void => {
    if (found !== wanted) throw new Discarded(`${what}: ${found}, not ${wanted}`);
  };
  must('messages that came back wrong', load.bad, 0);
  must('bad messages, says the server', server.bad, 0);
  const lost = lostOf(scenario, load);
  const lostBytes = lost * (scenario.bytes + prefixBytes);
  must('bytes that the server counted', server.bytes, (load.bytes_sent ?? 0) - lostBytes);
  if (scenario.load === 'echo') {
    must('messages that came back', load.received, load.sent);
    if (load.measured === 0) throw new Discarded('no message came back in the measured time');
    // An echo may give back bytes without looking where messages end.
    if (server.total !== 0) must('messages that the server counted', server.total, load.sent);
    return;
  }
  must('messages that the server counted', server.total, (load.sent ?? 0) - lost);
  if (server.span_ns === 0) throw new Discarded('everything came at once: there is no rate');
  const stamped = isTimed(scenario) ? (load.measured ?? 0) : 0;
  // What was lost may have had a stamp, or have been of the warm-up.
  const least = Math.max(0, stamped - lost);
  const { measured = 0 } = server;
  must('messages with a stamp', measured, Math.min(Math.max(measured, least), stamped));
}

/** What both sides measured, once they agree. */
export function figuresOf(scenario: Scenario, load: Counts, server: Counts): Figures {
  const perSecond = (count = 0, nanoseconds = 0): number => (count / nanoseconds) * 1e9;
  const timed = scenario.load === 'echo' ? load : server;
  const times =
    scenario.load === 'ingest'
      ? {}
      : Object.fromEntries(
          (['p50', 'p90', 'p99', 'p999', 'max'] as const).map((name) => [name, timed[name] ?? 0]),
        );
  const rate =
    scenario.load === 'echo'
      ? perSecond(load.measured, load.measured_ns)
      : perSecond(server.total, server.span_ns);
  // Of a stream all messages that came are counted, of an echo those of the measured time.
  const counted = (scenario.load === 'echo' ? load.measured : server.total) ?? 0;
  const calls = load.syscalls ?? -1;
  return {
    rate,
    ...times,
    ...(calls >= 0 && { syscallsPerMessage: calls / counted }),
    ...(isTimed(scenario) && { generatorP99: load.p99 ?? 0 }),
    ...(scenario.transport === 'udp' && { loss: (load.dropped ?? 0) / (load.sent ?? 1) }),
  };
}
