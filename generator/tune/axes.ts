/**
 * What `loomgen tune` varies, as data: to vary one more option of the config, add a row. An axis
 * has a place for each part of the config that has the option, and each place some other values.
 */
import { backendsOf } from '../../schemas/backends.ts';
import type { CheckedConfig, CheckedFd, CheckedReactor } from '../../schemas/config.ts';
import { entriesByName } from '../case.ts';
import { isCheckedDatagram, isCheckedStream } from '../fd_kinds.ts';
import type { ConfigPath } from '../report/diagnostic.ts';

/** A value as a user would write it into the config. */
export type Value = string | number | readonly string[] | Readonly<Record<string, string>>;

/** One option in one part of the config, and what it could be. */
export interface Place {
  /** The name of its axis. */
  axis: string;
  path: ConfigPath;
  /** Values to try; the present one may be among them. */
  values: readonly Value[];
}

/** Which axes are looked at. */
export interface Wanted {
  /** Their names. */
  wanted: readonly string[];
  /** Whether the user named them, and did not just leave others out. */
  areNamed: boolean;
}

/** A row of the table: an option that exists once, for each reactor, or for each fd of a sort. */
interface Axis {
  /** As `--vary` and `--keep` call it. */
  name: string;
  /** In a few words. */
  about: string;
  /** @param isNamed whether the user asked for the axis by its name. */
  places(config: CheckedConfig, isNamed: boolean): Omit<Place, 'axis'>[];
}

/** A place for each reactor for which `isMeant`. */
function reactorPlaces(
  key: keyof CheckedReactor,
  values: readonly Value[],
  isMeant: (config: CheckedConfig, reactor: string) => boolean = () => true,
): Axis['places'] {
  return (config) =>
    entriesByName(config.reactors)
      .filter(([name]) => isMeant(config, name))
      .map(([name]) => ({ path: ['reactors', name, key], values }));
}

/** A place for each datagram fd. */
function datagramPlaces(keys: readonly string[], values: readonly Value[]): Axis['places'] {
  return (config) =>
    entriesByName(config.fds)
      .filter(([, fd]) => isCheckedDatagram(fd))
      .map(([name]) => ({ path: ['fds', name, ...keys], values }));
}

/** A place for each stream fd for which `isMeant`. */
function streamPlaces(
  keys: readonly string[],
  values: readonly Value[],
  isMeant: (config: CheckedConfig) => boolean = () => true,
): Axis['places'] {
  return (config) =>
    entriesByName(config.fds)
      .filter(([, fd]) => isCheckedStream(fd) && isMeant(config))
      .map(([name]) => ({ path: ['fds', name, ...keys], values }));
}

/** Whether a reactor has connections that are fibers. */
function hasFibers(config: CheckedConfig, reactor: string): boolean {
  return Object.values(config.fds).some(
    (fd: CheckedFd) => isCheckedStream(fd) && fd.on === reactor && fd.style !== 'callback',
  );
}

/**
 * Each backend before the others of the config. One that the config leaves out may not be wanted
 * where the program runs in the end, so that it is tried only when this axis is asked for by name.
 */
function backendOrders({ backends }: CheckedConfig, isNamed: boolean): Value[] {
  const own: readonly string[] = backends.linux;
  return backendsOf('linux')
    .filter((backend) => isNamed || own.includes(backend))
    .map((first) => [first, ...own.filter((backend) => backend !== first)]);
}

/** The axes, in the order in which they are searched: what changes most comes first. */
export const axes: readonly Axis[] = [
  {
    name: 'backend',
    about: 'which backend of the config is preferred; by --vary backend of any',
    places: (config, isNamed) => {
      const values = backendOrders(config, isNamed);
      return values.length < 2 ? [] : [{ path: ['backends', 'linux'], values }];
    },
  },
  {
    name: 'wait',
    about: 'what an idle loop does',
    places: reactorPlaces('wait', ['block', { spin: '20us' }, { spin: '100us' }, 'spin']),
  },
  {
    name: 'read',
    about: 'how bytes are received',
    places: (config, isNamed) =>
      [
        streamPlaces(['receive', 'strategy'], ['multishot', 'bundle', 'oneshot', 'direct']),
        datagramPlaces(['receive', 'strategy'], ['multishot', 'direct']),
      ].flatMap((places) => places(config, isNamed)),
  },
  {
    name: 'trigger',
    about: 'when epoll reports, where it is the preferred backend',
    places: streamPlaces(
      ['trigger'],
      ['edge', 'level'],
      ({ backends }) => backends.linux[0] === 'epoll',
    ),
  },
  {
    name: 'buffer-bytes',
    about: 'bytes of a receive buffer',
    places: streamPlaces(['receive', 'bytes'], ['4K', '16K', '64K']),
  },
  {
    name: 'buffer-count',
    about: 'receive buffers of an fd',
    places: streamPlaces(['receive', 'count'], [8, 32, 128]),
  },
  {
    name: 'submit-batch',
    about: 'operations submitted in a turn',
    places: reactorPlaces('submitBatch', [16, 64, 256]),
  },
  {
    name: 'completion-batch',
    about: 'completions dispatched in a turn',
    places: reactorPlaces('completionBatch', [16, 64, 256]),
  },
  {
    name: 'fiber-batch',
    about: 'fibers run in a turn, where there are some',
    places: reactorPlaces('fiberBatch', [16, 64, 256], hasFibers),
  },
];

/** The names of all axes. */
export const axisNames: readonly string[] = axes.map(({ name }) => name);

/** A line for each axis, for `--help`. */
export const axesHelp: string = axes.map(({ name, about }) => `  ${name}: ${about}`).join('\n');

/**
 * The places of a config that the wanted axes have, in the order of the search.
 *
 * @param fd the only fd that is loaded, with its reactor; undefined: every part of the config.
 */
export function placesOf(
  config: CheckedConfig,
  { wanted, areNamed }: Wanted,
  fd: string | undefined,
): Place[] {
  const reactor = fd === undefined ? undefined : config.fds[fd]?.on;
  const isLoaded = ([part, name]: ConfigPath): boolean =>
    fd === undefined || part === 'backends' || name === (part === 'fds' ? fd : reactor);
  return axes
    .filter(({ name }) => wanted.includes(name))
    .flatMap(({ name, places }) =>
      places(config, areNamed).map((place) => ({ axis: name, ...place })),
    )
    .filter(({ path }) => isLoaded(path));
}
