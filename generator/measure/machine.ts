/** What the machine is, and what it does not allow: said with the figures, to be read together. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release } from 'node:os';

/** The machine on which something was measured. */
export interface Machine {
  kernel: string;
  processor: string;
  cores: number;
  /** Of the last minute, before anything was measured. */
  loadAverage: number;
  compiler: string;
  node: string;
  date: string;
}

/** The first line of a command's output, or a dash. */
function firstLine(command: string, ...parameters: string[]): string {
  try {
    const stdio = ['ignore', 'pipe', 'ignore'] as const;
    const output = execFileSync(command, parameters, { encoding: 'utf8', stdio: [...stdio] });
    return output.split('\n', 1)[0] ?? '-';
  } catch {
    return '-';
  }
}

/** Looks at the machine. */
export function machineNow(): Machine {
  return {
    kernel: release(),
    processor: cpus()[0]?.model ?? '-',
    cores: availableParallelism(),
    loadAverage: loadavg()[0] ?? 0,
    compiler: firstLine('c++', '--version'),
    node: process.version,
    date: new Date().toISOString(),
  };
}

/** The cores that this process may run on, proc(5), or none where that is not said. */
function allowedCores(): number[] {
  const status = readFileSync('/proc/self/status', 'utf8');
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? '';
  return list.split(',').flatMap((range) => {
    const [first, last = first] = range.split('-').map(Number);
    if (first === undefined || last === undefined || !Number.isInteger(first + last)) return [];
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
  });
}

/** The cores of a trial: one for each side, where there are two and taskset(1). */
export function tasksetCores(): { serverCore: number | undefined; loadCore: number | undefined } {
  const [loadCore, serverCore] = allowedCores();
  const pins = serverCore !== undefined && firstLine('taskset', '--version') !== '-';
  return pins ? { serverCore, loadCore } : { serverCore: undefined, loadCore: undefined };
}

/** Why system calls cannot be counted here; undefined where they can. */
function whyNoSystemCalls(): string | undefined {
  const folders = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
  const event = 'events/raw_syscalls/sys_enter/id';
  if (process.getuid?.() !== 0) {
    const file = '/proc/sys/kernel/perf_event_paranoid';
    const paranoid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 3;
    if (paranoid > -1) return `this is not root, and kernel.perf_event_paranoid is ${paranoid}`;
  }
  if (!folders.some((folder) => existsSync(`${folder}/${event}`))) {
    return 'no tracefs; type: mount -t tracefs nodev /sys/kernel/tracing';
  }
  return undefined;
}

/** The cores of a whole program and of what loads it, as taskset(1) takes them. */
export function tasksetHalves(): { program: string; load: string } | undefined {
  const { loadCore } = tasksetCores();
  if (loadCore === undefined) return undefined;
  const others = allowedCores().filter((core) => core !== loadCore);
  return { program: others.join(','), load: String(loadCore) };
}

/** Sentences on what makes figures of this machine less than they could be. */
export function remarksOn(machine: Machine): string[] {
  const remarks: string[] = [];
  if (tasksetCores().serverCore === undefined) {
    remarks.push('The server and its load are not pinned: there are not two cores and taskset.');
  }
  if (machine.loadAverage > machine.cores) {
    const load = machine.loadAverage.toFixed(1);
    remarks.push(`The machine is busy: load average ${load} on ${machine.cores} cores.`);
  }
  const why = whyNoSystemCalls();
  if (why !== undefined) remarks.push(`System calls are not counted: ${why}.`);
  return remarks;
}
