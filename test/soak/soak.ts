/**
 * The long run: an emitted program whose peer comes and goes, read by JavaScript that is not always
 * quick, for as long as one likes. Memory has to stay where it was, and every message that was sent
 * has to be read or counted as dropped.
 */

import { type ChildProcess, fork } from 'node:child_process';
import { on, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { build } from '../bindings/built_program.ts';
import { type Proof, proof } from '../proofs/proof.ts';
import { growthOf, type Memory, type Sample, settled } from './flatness.ts';
import type { ConsumerReport, Counted } from './program/consumer.ts';
import type { PeerReport, Sent } from './program/peer.ts';

/** How far memory may have climbed over the samples after the warm-up, in bytes. */
export const growthBounds: Readonly<Record<Memory, number>> = {
  heapUsed: 512 << 10,
  external: 64 << 10,
  rss: 16 << 20,
};

/**
 * Connections that only the reactor knows of: each of the two peers may stop listening between the
 * kernel's handshake and its own accept.
 */
const unaccepted = 2;

/** Samples of a run, whatever its length; the first quarter is the warm-up. */
const samplesWanted = 60;
const sampleMilliseconds = 200;
/** Longest time until what the peer sent last has been read. */
const restMilliseconds = 60_000;
const lookMilliseconds = 50;

/** How a run is made. */
export interface SoakOptions {
  seconds: number;
  backend: 'io_uring' | 'epoll';
  /** Of the pauses of both sides. */
  seed: number;
}

/** What a run came to. */
export interface Soaked {
  samples: readonly Sample[];
  sent: { handled: Sent; delivered: Sent };
  counted: Counted;
}

function start(script: string, parameters: readonly string[], execArgv: readonly string[] = []) {
  return fork(fileURLToPath(new URL(script, import.meta.url)), parameters, {
    execArgv: ['--import', 'tsx', ...execArgv],
  });
}

/** What a process says next. @throws {Error} when it ends instead */
async function heard<Report>(name: string, child: ChildProcess): Promise<Report> {
  const ended = new AbortController();
  const exit = once(child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
    throw new Error(`the ${name} ended with ${signal ?? `exit ${code}`}`);
  });
  try {
    const said = once(child, 'message', { signal: ended.signal });
    said.catch(() => undefined);
    exit.catch(() => undefined);
    const [report] = (await Promise.race([said, exit])) as [Report];
    return report;
  } finally {
    ended.abort();
  }
}

/** Collects the samples of a consumer; a loop over its messages misses none. */
async function collect(child: ChildProcess, samples: Sample[], counts: Counted[]): Promise<void> {
  for await (const [report] of on(child, 'message', { close: ['exit'] })) {
    const said = report as ConsumerReport;
    if ('sample' in said) samples.push(said.sample);
    if ('counted' in said) counts.push(said.counted);
  }
}

/** Whether everything that was sent has been read or dropped. */
function isThrough({ handled, delivered }: Counted, sent: Soaked['sent']): boolean {
  return (
    handled.read + handled.dropped >= sent.handled.messages &&
    delivered.read >= sent.delivered.messages
  );
}

/** Asks a consumer for its counts until all was read; the last ones when that never comes. */
async function countAtEnd(
  consumer: ChildProcess,
  counts: readonly Counted[],
  sent: Soaked['sent'],
): Promise<Counted> {
  const limit = performance.now() + restMilliseconds;
  for (;;) {
    const before = counts.length;
    consumer.send('count');
    while (counts.length === before) {
      if (consumer.exitCode !== null || performance.now() > limit) {
        throw new Error('the consumer does not answer');
      }
      await new Promise((resolve) => setTimeout(resolve, lookMilliseconds));
    }
    const last = counts.at(-1) as Counted;
    if (isThrough(last, sent) || performance.now() > limit) return last;
  }
}

/** Runs for as long as was asked for. @throws {Error} when a process fails */
export async function soak({ seconds, backend, seed }: SoakOptions): Promise<Soaked> {
  const { index } = await build('test/soak/program/loom.config.ts', 'soak', 'release');
  const peer = start('./program/peer.ts', [String(seed)]);
  const children = [peer];
  try {
    const listening = await heard<PeerReport>('peer', peer);
    if (!('ports' in listening)) throw new Error('the peer does not listen');
    const { handled, delivered } = listening.ports;
    const every = Math.max(sampleMilliseconds, (seconds * 1000) / samplesWanted);
    const parameters = [index, backend, handled, delivered, seed, every].map(String);
    const consumer = start('./program/consumer.ts', parameters, ['--expose-gc']);
    children.push(consumer);
    await heard<ConsumerReport>('consumer', consumer);
    const samples: Sample[] = [];
    const counts: Counted[] = [];
    const collected = collect(consumer, samples, counts);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    const said = heard<PeerReport>('peer', peer);
    peer.send('stop');
    const end = await said;
    if (!('sent' in end)) throw new Error('the peer does not say what it sent');
    const counted = await countAtEnd(consumer, counts, end.sent);
    const exit = once(consumer, 'exit');
    consumer.disconnect();
    const [code, signal] = await exit;
    if (code !== 0) throw new Error(`the consumer ended with ${signal ?? `exit ${code}`}`);
    await collected;
    return { samples, sent: end.sent, counted };
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

/** Rows about memory while so many messages, or whatever `what` is, came and went. */
export function memoryRows(samples: readonly Sample[], what = 'messages'): Proof[] {
  const steady = settled(samples);
  const count = (steady.at(-1)?.messages ?? 0) - (steady[0]?.messages ?? 0);
  return (Object.keys(growthBounds) as Memory[]).map((memory) => {
    const growth = growthOf(steady, memory);
    const at = mebibytes(steady[0]?.[memory] ?? 0);
    return proof(
      `${memory} stays`,
      `${at}, ${mebibytes(growth)} more after ${count} ${what} in ${steady.length} samples, ` +
        `${(growth / count).toFixed(3)} B each`,
      `+${mebibytes(growthBounds[memory])}`,
      growth <= growthBounds[memory],
    );
  });
}

/** The rows of a run. @throws {RangeError} when it was too short */
export function soakProofs({ samples, sent, counted }: Soaked): Proof[] {
  const { handled, delivered, disordered, received, connected, allocations } = counted;
  const all = sent.handled.messages + sent.delivered.messages;
  const connections = sent.handled.connections + sent.delivered.connections;
  return [
    ...memoryRows(samples),
    proof('allocations of the reactor', String(allocations), '0', allocations === 0),
    proof(
      'a channel: sent = read + dropped',
      `${sent.handled.messages} = ${handled.read} + ${handled.dropped}`,
      'equal, some of both',
      handled.read > 0 &&
        handled.dropped > 0 &&
        sent.handled.messages === handled.read + handled.dropped,
    ),
    proof(
      'a stream: sent = read',
      `${sent.delivered.messages} = ${delivered.read}`,
      'equal',
      delivered.read > 0 && sent.delivered.messages === delivered.read,
    ),
    proof('in order', `${disordered} are not`, '0', disordered === 0),
    proof(
      "the reactor's own counts",
      `${received} messages, ${connected} connections`,
      `${all}, ${connections} to ${connections + unaccepted}`,
      received === all && connected >= connections && connected <= connections + unaccepted,
    ),
  ];
}
