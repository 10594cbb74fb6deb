/**
 * A load that the config declares: the variant's executable is started on addresses of its own, the
 * load generator connects to one of its servers, and what both counted is held against each other.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckedConfig } from '../../schemas/config.ts';
import type { CheckedTune } from '../../schemas/config_tune.ts';
import { Child, Discarded } from '../measure/child.ts';
import { tasksetHalves } from '../measure/machine.ts';
import type { Built } from './build_variant.ts';
import type { Figures, Load } from './load.ts';

/** A load that is no command. */
export type DeclaredLoad = Exclude<CheckedTune['load'], { kind: 'command' }>;

/** Longest start of a program, and longest stop. */
const startMilliseconds = 10_000;
const stopMilliseconds = 5_000;
/** What a trial may take on top of what it measures. */
const graceMilliseconds = 15_000;
/** Played before what is measured; an ingest has none. */
const warmupMilliseconds = 100;

/** The figure that decides by default. */
const metrics = { echo: 'p50', ingest: 'rate', paced: 'cpu' } as const;

/** What the load generator prints: see templates/load/outcome.hpp. */
type Sent = Readonly<
  Record<'sent' | 'received' | 'bytes_sent' | 'measured' | 'measured_ns' | 'bad', number>
> &
  Readonly<Record<'syscalls' | 'p50' | 'p90' | 'p99' | 'p999' | 'max', number>>;

/** The counters of each reactor that the executable prints at its end. */
type Counters = Readonly<Record<string, Readonly<{ bytes_received: number }>>>;

let sockets = 0;

/** Where a program listens in one trial. */
interface Addresses {
  /** Its options. */
  words: string[];
  /** Paths of unix sockets, to be removed. */
  paths: string[];
}

/** Addresses that nobody else has, for every server of a program. */
function freeAddresses({ fds }: CheckedConfig): Addresses {
  const words: string[] = [];
  const paths: string[] = [];
  for (const [name, fd] of Object.entries(fds)) {
    if (fd.kind === 'tcpServer' && !fd.address.startsWith('fd:')) {
      const host = fd.address.slice(0, fd.address.lastIndexOf(':'));
      words.push('--address', `${name}=${host}:0`);
    }
    if (fd.kind === 'unixServer' && !fd.address.startsWith('fd:')) {
      sockets += 1;
      const path = join(tmpdir(), `loom-tune-${process.pid}-${sockets}.sock`);
      paths.push(path);
      words.push('--address', `${name}=${path}`);
    }
  }
  return { words, paths };
}

/** Where the load generator connects; a server on every address is reached by the loopback. */
function addressOf(program: Child, fd: string): string {
  const line = program.lines.find((each) => each.startsWith(`${fd} `));
  if (line === undefined) throw new Discarded(`the program does not say where fds.${fd} listens`);
  const address = line.slice(fd.length + 1);
  if (!/:\d+$/.test(address)) return `unix:${address}`;
  return `tcp:${address.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')}`;
}

/** Nanoseconds that the threads of a process have had of processors, by /proc (schedstat). */
function processorNanoseconds(pid: number): number {
  const folder = `/proc/${pid}/task`;
  try {
    return readdirSync(folder).reduce((sum, thread) => {
      const text = readFileSync(join(folder, thread, 'schedstat'), 'utf8');
      return sum + Number(text.split(' ', 1)[0]);
    }, 0);
  } catch {
    return Number.NaN;
  }
}

/** The load generator's options. */
function optionsOf({ kind: _kind, fd: _fd, ...rest }: DeclaredLoad, milliseconds: number) {
  const values = { ...rest, milliseconds, warmup: warmupMilliseconds };
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** @throws {Discarded} when the program did not do what the load is about */
function compare({ kind }: DeclaredLoad, sent: Sent, counters: Counters): void {
  const received = Object.values(counters).reduce((sum, each) => sum + each.bytes_received, 0);
  if (sent.bad !== 0) throw new Discarded(`${sent.bad} messages came back wrong`);
  if (received < sent.bytes_sent) {
    throw new Discarded(`the program received ${received} bytes of ${sent.bytes_sent}`);
  }
  if (kind === 'echo' && sent.received !== sent.sent) {
    throw new Discarded(`${sent.received} messages came back of ${sent.sent}`);
  }
  // Without a message that went and came back in that time there is no percentile.
  if (sent.measured === 0 || (kind === 'echo' && sent.p50 === 0)) {
    throw new Discarded('no message within the measured time');
  }
}

/** What a trial measured; `cpu` is the program's time on processors for a message. */
function figuresOf({ kind }: DeclaredLoad, sent: Sent, processor: number): Figures {
  // A stream is counted as a whole, an echo in the measured time.
  const counted = kind === 'echo' ? sent.measured : sent.sent;
  const { p50, p90, p99, p999, max } = sent;
  return {
    ...(kind === 'paced' ? {} : { rate: (counted / sent.measured_ns) * 1e9 }),
    ...(kind === 'echo' && { p50, p90, p99, p999, max }),
    ...(kind === 'paced' && { lateness_p99: p99 }),
    ...(Number.isFinite(processor) && { cpu: processor / sent.sent }),
    ...(sent.syscalls >= 0 && { calls: sent.syscalls / counted }),
  };
}

/**
 * Sentences on the reactors that run on another backend than the preferred one, from what a program
 * says of itself (templates/runtime/loom/program.hpp): their rows measure that other one.
 */
export function fallbacksIn(talk: readonly string[]): string[] {
  return talk.flatMap((line) => {
    const found = /^loom: (reactors\.\w+) runs on (\w+) \((.*)\)$/.exec(line);
    const [, reactor, backend, reason = ''] = found ?? [];
    if (found === null || reason === 'the first declared') return [];
    return [`Where another backend is preferred, ${reactor} runs on ${backend}: ${reason}`];
  });
}

/** What a load plays, in words. */
function aboutOf(load: DeclaredLoad): string {
  const { kind, fd, connections, bytes } = load;
  const how = {
    echo: 'depth' in load ? `${load.depth} on their way on each` : '',
    ingest: 'batch' in load ? `${load.batch} in a send` : '',
    paced: 'rate' in load ? `${load.rate} a second` : '',
  };
  const noun = connections === 1 ? 'connection' : 'connections';
  return `${kind} of ${bytes} B on ${connections} ${noun} of fds.${fd}, ${how[kind]}`;
}

/**
 * Makes a load of what a config declares.
 *
 * @param generator the path of the load generator.
 * @param milliseconds measured in each trial.
 */
export function declaredLoad(
  load: DeclaredLoad,
  config: CheckedConfig,
  generator: string,
  milliseconds: number,
): Load {
  const halves = tasksetHalves();
  const remarks = new Set<string>();
  const run = async ({ executable }: Built): Promise<Figures> => {
    if (executable === null) throw new Discarded('there is no executable to be loaded');
    const { words, paths } = freeAddresses(config);
    const program = new Child('the program', [executable, ...words], halves?.program);
    let loading: Child | undefined;
    try {
      await program.says('READY', startMilliseconds);
      const options = [...optionsOf(load, milliseconds), '--count', String(program.pid)];
      const before = processorNanoseconds(program.pid);
      const command = [generator, load.kind, addressOf(program, load.fd), ...options];
      loading = new Child('the load generator', command, halves?.load);
      const sent = await loading.result<Sent>(graceMilliseconds + milliseconds);
      const processor = processorNanoseconds(program.pid) - before;
      program.stop();
      compare(load, sent, await program.result<Counters>(stopMilliseconds));
      for (const remark of fallbacksIn(program.talk)) remarks.add(remark);
      return figuresOf(load, sent, processor);
    } finally {
      await loading?.kill();
      await program.kill();
      for (const path of paths) rmSync(path, { force: true });
    }
  };
  return { about: aboutOf(load), metric: metrics[load.kind], hasUnits: true, remarks, run };
}
