/** Lowers fibers: which reactors have them, on which stack classes, and how many of each. */
import type { CheckedConfig, CheckedStream } from '../schemas/config.ts';
import type { IrFibers, IrStackClass } from '../schemas/ir.ts';
import { entriesByName } from './case.ts';
import { isCheckedStream } from './fd_kinds.ts';

/** The classes of a config that declares none. */
export const defaultStacks: NonNullable<CheckedConfig['stacks']> = {
  small: { bytes: 16 * 1024, waiting: 0 },
  medium: { bytes: 64 * 1024, waiting: 0 },
  large: { bytes: 256 * 1024, waiting: 0 },
};

/** Stacks end at guard pages, so they are whole pages; the smallest of our platforms. */
const pageBytes = 4096;

/** Fibers that handlers of a reactor with fiber fds may spawn when the config says nothing. */
const defaultSpawned = 8;

/** The stack class of a stream fd; undefined for callbacks. */
export function stackClassOf(fd: CheckedStream): string | undefined {
  return fd.style === 'callback' ? undefined : fd.style.fiber;
}

const fiberFds = (config: CheckedConfig, reactor: string): CheckedStream[] =>
  Object.values(config.fds).filter(
    (fd): fd is CheckedStream =>
      isCheckedStream(fd) && fd.on === reactor && stackClassOf(fd) !== undefined,
  );

/** Fibers that handlers of a reactor may spawn; undefined where it has no fibers at all. */
export function spawnedFibers(config: CheckedConfig, reactor: string): number | undefined {
  const hasFiberFds = fiberFds(config, reactor).length > 0;
  const spawned = config.reactors[reactor]?.fibers ?? (hasFiberFds ? defaultSpawned : 0);
  return hasFiberFds || spawned > 0 ? spawned : undefined;
}

/** Fibers of a reactor that can wait for the kernel at once: of connections, and spawned ones. */
export function fibersAtOnce(config: CheckedConfig, reactor: string): number {
  const connections = fiberFds(config, reactor).reduce((sum, fd) => sum + fd.connections, 0);
  return connections + (spawnedFibers(config, reactor) ?? 0);
}

/** The most stacks of one class that a reactor can use at once. */
function usedStacks(config: CheckedConfig, reactor: string, name: string): number {
  const spawned = spawnedFibers(config, reactor);
  if (spawned === undefined) return 0;
  const connections = fiberFds(config, reactor).filter((fd) => stackClassOf(fd) === name);
  return connections.reduce((sum, fd) => sum + fd.connections, spawned);
}

/** What every reactor with fibers reserves; undefined when none has any. */
export function lowerFibers(config: CheckedConfig): IrFibers | undefined {
  const reactors = Object.keys(config.reactors);
  if (reactors.every((name) => spawnedFibers(config, name) === undefined)) return undefined;
  const classes = entriesByName(config.stacks ?? defaultStacks).map(
    ([name, { bytes, count, waiting }]): IrStackClass => {
      const used = Math.max(1, ...reactors.map((reactor) => usedStacks(config, reactor, name)));
      const pages = Math.ceil(bytes / pageBytes);
      return { name, bytes: pages * pageBytes, count: count ?? used, waiting };
    },
  );
  const records = classes.reduce((sum, { count, waiting }) => sum + count + waiting, 0);
  return { context: config.fibers.context, records, classes };
}
