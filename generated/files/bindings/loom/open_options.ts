/** What open() may be told, and what of it is refused before anything starts. */
import type { JavaScriptWait } from './waiting.ts';
import { clientAddress } from './client_url.ts';
import type { ProgramDescriptor } from './descriptor.ts';
import { unknownName } from './error.ts';
import { notHostable } from './lifecycle_errors.ts';

/**
 * How a program is started; `Reactor` and `Address` are the names the config declares, `Client` is
 * the name of its one client fd, `never` when it has none or several.
 */
export interface OpenOptions<
  Reactor extends string,
  Address extends string,
  Client extends string = never,
> {
  /** Stops the program when it is aborted; loops over its sources then end. */
  readonly signal?: AbortSignal | undefined;
  /** Cores instead of the declared ones. */
  readonly cores?: { readonly [Name in Reactor]?: number | 'any' | undefined } | undefined;
  /** This backend or none, instead of the first declared one that works. */
  readonly backend?: 'io_uring' | 'epoll' | undefined;
  /** Addresses instead of the declared ones: 'host:port', '[v6]:port' or a path. */
  readonly addresses?: { readonly [Name in Address]?: string | undefined } | undefined;
  /**
   * Where the program's one client connects to, short for `addresses: { client: … }`:
   * 'tcp://host:port', 'unix:///path', 'host:port' or a path.
   */
  readonly url?: ([Client] extends [never] ? never : string) | undefined;
  /**
   * Receives what the reactors have to say, a line at a time. By default what goes wrong (a handler
   * that threw, one that holds its loop) is a line on stderr; with a function of yours also how
   * each reactor started.
   */
  readonly log?: ((line: string) => void) | undefined;
  /** Path of the addon instead of the places where the build puts it. */
  readonly native?: string | undefined;
  /**
   * 'this': no thread for the reactor; the event loop of the thread that calls open() turns it, a
   * main thread or a worker. Nothing crosses threads then, and a handler's time is taken from
   * JavaScript's, and the other way round: a long task in either holds up both. For programs of one
   * reactor, whose declared core and wait limits of `stall` go on to count; pools keep their
   * threads. Not on Windows. Without it, 'own', each reactor has a thread.
   */
  readonly thread?: 'own' | ThreadOf<Reactor> | undefined;
  /**
   * What JavaScript does while nothing comes. `spin`: looks in every turn of the event loop and
   * never sleeps; about 1 µs until it sees a message, for a whole core. `wake`: sleeps at once and
   * is woken by the first message of a batch, which costs 10 to 30 µs and the least CPU.
   * `{ idleTurns: n }`: looks for n empty turns and then sleeps.
   * @default { idleTurns: 4 }
   */
  readonly wait?: JavaScriptWait | undefined;
}

/** 'this' where there is one name of a reactor, never where there are several. */
type ThreadOf<Reactor extends string, All = Reactor> = Reactor extends unknown
  ? [All] extends [Reactor]
    ? 'this'
    : never
  : never;

/** Options of any program. */
export type AnyOptions = OpenOptions<string, string, string>;

/**
 * Whether this thread turns the program's reactor.
 * @throws LoomError LOOM6034 when it cannot.
 */
export function isHosted(descriptor: ProgramDescriptor, options: AnyOptions): boolean {
  if (options.thread !== 'this') return false;
  if (process.platform === 'win32') {
    throw notHostable("no event loop of Windows waits for a reactor's port; leave it out");
  }
  const { length } = descriptor.reactors;
  if (length !== 1) throw notHostable(`one thread turns one reactor, and there are ${length}`);
  if (Object.values(options.cores ?? {}).some((core) => core !== undefined)) {
    throw notHostable('cores would move this thread; leave them out');
  }
  return true;
}

/** Who the lines of a program go to. */
export function logOf(options: AnyOptions): (line: string) => void {
  return options.log ?? ((line) => void process.stderr.write(`${line}\n`));
}

/**
 * The addresses that replace declared ones, by fd, `url` among them.
 * @throws LoomError as clientAddress().
 */
export function addressesOf(
  descriptor: ProgramDescriptor,
  options: AnyOptions,
): [fd: string, address: string][] {
  const addresses = options.addresses ?? {};
  const given = Object.entries(addresses).filter(isGiven);
  if (options.url === undefined) return given;
  return [...given, clientAddress(descriptor, options.url, addresses)];
}

/** The cores of all reactors as the addon takes them: -2 as declared, -1 any. */
export function coresOf(descriptor: ProgramDescriptor, options: AnyOptions): number[] {
  return descriptor.reactors.map(({ name }) => {
    const core = options.cores?.[name];
    if (core === undefined) return -2;
    return core === 'any' ? -1 : core;
  });
}

/**
 * Refuses what names no reactor and no fd of the program.
 * @throws LoomError LOOM6004
 */
export function checkNames(descriptor: ProgramDescriptor, options: AnyOptions): void {
  const reactors = descriptor.reactors.map(({ name }) => name);
  for (const name of Object.keys(options.cores ?? {})) {
    if (!reactors.includes(name)) throw unknownName('cores', name, reactors);
  }
  const fds = descriptor.reactors
    .flatMap((reactor) => reactor.fds)
    .filter(({ kind }) => kind !== 'timer')
    .map(({ name }) => name);
  for (const name of Object.keys(options.addresses ?? {})) {
    if (!fds.includes(name)) throw unknownName('addresses', name, fds);
  }
}

function isGiven(entry: [string, string | undefined]): entry is [string, string] {
  return entry[1] !== undefined;
}
