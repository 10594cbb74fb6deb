/**
 * One trial: a server is started, loaded, and stopped, and what both sides counted is held against
 * each other. A trial that does not add up has no figures, only a reason.
 */

import { createSocket } from 'node:dgram';
import { rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, figuresOf } from './agreement.ts';
import { Child, Discarded } from '../../generator/measure/child.ts';
import type * as measured from '../../generator/measure/rounds.ts';
import { tried } from '../../generator/measure/rounds.ts';
import { scheduleFile } from './recording.ts';
import { modeOf, type Scenario } from './scenarios.ts';
import type { Mode, Need, Server, Transport } from './server.ts';

/** How long a trial is, and where its processes run. */
export interface Setting {
  /** The load generator's path. */
  load: string;
  measuredMilliseconds: number;
  warmupMilliseconds: number;
  /** undefined: wherever the kernel likes. */
  serverCore: number | undefined;
  loadCore: number | undefined;
}

/** The figure that a scenario compares; more is better of a rate, less of everything else. */
export type Metric = 'rate' | 'p50' | 'p99' | 'time' | 'cpu' | 'bytes';

/** What a trial measured; times in nanoseconds. */
export interface Figures {
  /** Messages a second. */
  rate?: number;
  /** Of round trips, or from due to handled; absent where nothing was stamped. */
  p50?: number;
  p90?: number;
  p99?: number;
  p999?: number;
  max?: number;
  /** The server's, a message; absent where the machine does not let them be counted. */
  syscallsPerMessage?: number;
  /** How late the load generator was at its 99th percentile; paced only. */
  generatorP99?: number;
  /** The part of the messages that the kernel dropped, 0 to 1; UDP only. */
  loss?: number;
  /** How many nanoseconds a message took more than a bare recv(2) in the same process. */
  overBare?: number;
  /** What one operation took, or a whole command, by the clock. */
  time?: number;
  /** What a command took of processors, its own time and the kernel's for it. */
  cpu?: number;
  /** The size of a file. */
  bytes?: number;
}

/** A trial that held, or why it did not. */
export type Trial = measured.Trial<Figures>;

/** Longest start of a server. */
export const startMilliseconds = 10_000;
/** Longest stop of a server. */
export const stopMilliseconds = 5_000;
/** On top of what is measured. */
const loadMilliseconds = 15_000;
/** A server whose connections broke may end so long after. */
const lastBreathMilliseconds = 1_000;

let sockets = 0;

/** An address that is free. */
export async function freeAddress(transport: Transport): Promise<string> {
  if (transport === 'unix') {
    sockets += 1;
    return `unix:${join(tmpdir(), `loom-bench-${process.pid}-${sockets}.sock`)}`;
  }
  if (transport === 'udp') {
    const probe = createSocket('udp4');
    await new Promise<void>((resolve) => probe.bind(0, '127.0.0.1', resolve));
    const { port } = probe.address();
    await new Promise<void>((resolve) => probe.close(resolve));
    return `udp:127.0.0.1:${port}`;
  }
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return `tcp:127.0.0.1:${port}`;
}

/** How many nanoseconds of a recording a trial plays. */
function lengthOf({ speed = 1 }: Scenario, setting: Setting): number {
  return (setting.warmupMilliseconds + setting.measuredMilliseconds) * speed * 1e6;
}

/** The load generator's options for a scenario. */
function loadOptions(scenario: Scenario, setting: Setting, server: number): string[] {
  const values: Record<string, number | string | undefined> = {
    connections: scenario.connections,
    bytes: scenario.load === 'replay' ? undefined : scenario.bytes,
    speed: scenario.speed,
    schedule: scenario.load === 'replay' ? scheduleFile(lengthOf(scenario, setting)) : undefined,
    depth: scenario.depth,
    batch: scenario.batch,
    rate: scenario.rate,
    milliseconds: setting.measuredMilliseconds,
    warmup: setting.warmupMilliseconds,
    count: server,
  };
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
}

/** Descriptors that a server may open, where the machine lets it: 4096 connections and more. */
const descriptors = 8192;

/** A server as a process; the shell splits its command and is replaced by it. */
function serve(command: string, mode: Mode, address: string, core: number | undefined): Child {
  const allow = `ulimit -S -n ${descriptors} 2>/dev/null`;
  return new Child(
    'the server',
    ['sh', '-c', `${allow}; exec ${command} "$@"`, 'server', mode, address],
    core,
  );
}

/** Removes what a server on a unix socket leaves. */
export function removeSocket(address: string): void {
  if (address.startsWith('unix:')) rmSync(address.slice('unix:'.length), { force: true });
}

/** Starts a server and stops it. @returns why it cannot take part; undefined when it can */
export async function whyNotStartable(
  command: string,
  { mode, transport }: Need,
): Promise<string | undefined> {
  const address = await freeAddress(transport);
  const serving = serve(command, mode, address, undefined);
  try {
    await serving.says('READY', startMilliseconds);
    serving.stop();
    await serving.result(stopMilliseconds);
    return undefined;
  } catch (error) {
    if (error instanceof Discarded) return error.message;
    throw error;
  } finally {
    await serving.kill();
    removeSocket(address);
  }
}

/** Loads `server` once. */
export function runTrial(
  server: Pick<Server, 'command'>,
  scenario: Scenario,
  setting: Setting,
): Promise<Trial> {
  return tried(() => loadOnce(server, scenario, setting));
}

/** @throws {Discarded} when the trial does not hold */
async function loadOnce(
  server: Pick<Server, 'command'>,
  scenario: Scenario,
  setting: Setting,
): Promise<Figures> {
  const address = await freeAddress(scenario.transport);
  const serving = serve(server.command, modeOf(scenario), address, setting.serverCore);
  let loading: Child | undefined;
  try {
    await serving.says('READY', startMilliseconds);
    const options = loadOptions(scenario, setting, serving.pid);
    loading = new Child(
      'the load generator',
      [setting.load, scenario.load, address, ...options],
      setting.loadCore,
    );
    const limit = loadMilliseconds + setting.measuredMilliseconds + setting.warmupMilliseconds;
    const load = await loading.result(limit).catch(async (error: unknown) => {
      // Where the server went first, that is the reason.
      await serving.mustRun(lastBreathMilliseconds);
      throw error;
    });
    serving.stop();
    const counted = await serving.result(stopMilliseconds);
    compare(scenario, load, counted);
    return figuresOf(scenario, load, counted);
  } finally {
    await loading?.kill();
    await serving.kill();
    removeSocket(address);
  }
}
