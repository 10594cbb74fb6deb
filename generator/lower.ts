/**
 * The stage `lower`: a checked config becomes the IR, and with it every decision is made - slots,
 * tags, buffer groups, ring depths, offsets, identifiers. Pure: the same config in any key order
 * gives the same bytes.
 */
import { posix } from 'node:path';
import type { CheckedConfig, CheckedReactor } from '../schemas/config.ts';
import {
  type Ir,
  IR_ABI,
  type IrBackend,
  type IrBackends,
  type IrFd,
  type IrMessage,
  type IrReactor,
} from '../schemas/ir.ts';
import { byName, entriesByName, pascalCase } from './case.ts';
import { isDatagram, isSource, isStream } from './fd_kinds.ts';
import { lowerCalls } from './lower_calls.ts';
import { lowerReceived, lowerWritten, placeInReaders } from './lower_channels.ts';
import { lowerFd, startCursor } from './lower_fds.ts';
import { fibersAtOnce, lowerFibers, spawnedFibers } from './lower_fibers.ts';
import { lowerCount, lowerSpread } from './lower_groups.ts';
import { jsRequestCount } from './lower_js_requests.ts';
import { lowerMessages, powerOfTwoCeiling } from './lower_messages.ts';
import { lowerPackage } from './lower_package.ts';
import { lowerPools, lowerReactorPools } from './lower_pools.ts';
import { lowerShared } from './lower_shared.ts';

const minimumSubmissionEntries = 64;
const maximumSubmissionEntries = 4096;
/** IORING_MAX_CQ_ENTRIES of the kernel: io_uring_setup(2) refuses more. */
const maximumCompletionEntries = 65536;
/** Operations that can be in flight for one slot: those of `serverOperations`. */
const operationsInFlightPerSlot = 5;
/** Completions of the reactor itself: wake, cancel, timeout, and some to spare. */
const commonCompletions = 64;
/** Handles to spare, so that a flood can be accepted and refused. */
const minimumSpareHandles = 64;
const fixedHandles = 8;
/** What a reactor has that says nothing else: loom::ReactorShape in the runtime. */
const defaults = { mailbox: 256, mailboxBatch: 256, fiberBatch: 64, kernelWorkers: 2 } as const;

/** Where the output lies in relation to the config. */
export interface LowerPaths {
  /** From the output folder to the config's folder: relative, with forward slashes. */
  outToConfig: string;
}

function lowerHandlers(
  fds: readonly IrFd[],
  received: readonly { handler?: string }[],
): IrReactor['handlers'] {
  const all = [...fds, ...received].flatMap(({ handler }) => handler ?? []);
  const names = [...new Set(all)].sort(byName);
  return names.map((name) => ({
    name,
    fds: fds.filter((fd) => fd.handler === name).map((fd) => fd.name),
  }));
}

function lowerWait(wait: CheckedReactor['wait']): IrReactor['wait'] {
  if (typeof wait === 'string') return { mode: wait, spinNanoseconds: 0 };
  return { mode: 'spin-then-block', spinNanoseconds: wait.spin };
}

/** Bounds of a turn and of the kernel's threads: only those that differ from loom::ReactorShape. */
function lowerBounds(
  reactor: CheckedReactor,
): Pick<
  IrReactor,
  | 'mailboxEntries'
  | 'mailboxBatch'
  | 'fiberBatch'
  | 'requests'
  | 'kernelWorkers'
  | 'stallNanoseconds'
> {
  const { mailbox, mailboxBatch, fiberBatch, requests, kernelWorkers, stall } = reactor;
  const { bounded, unbounded } = kernelWorkers;
  const isLimited = bounded !== defaults.kernelWorkers || unbounded !== defaults.kernelWorkers;
  return {
    ...(mailbox !== defaults.mailbox && { mailboxEntries: mailbox }),
    ...(mailboxBatch !== defaults.mailboxBatch && { mailboxBatch }),
    ...(fiberBatch !== defaults.fiberBatch && { fiberBatch }),
    ...(requests !== 0 && { requests }),
    ...(isLimited && { kernelWorkers: { bounded, unbounded } }),
    ...(stall !== false && { stallNanoseconds: stall }),
  };
}

/** Entries of the rings: enough completions for everything that can be in flight at once. */
function lowerDepths(submitBatch: number, requests: number, fds: readonly IrFd[]) {
  const streams = fds.filter(isStream);
  // A source has one descriptor, a pipe one more than its slot.
  const sources = fds.filter((fd) => isSource(fd) || fd.kind === 'pipe').length;
  const datagrams = fds.filter(isDatagram);
  const slots =
    streams.reduce((sum, fd) => sum + fd.slots, 0) +
    datagrams.reduce((sum, fd) => sum + fd.sockets, 0);
  const buffers = [...streams, ...datagrams].reduce((sum, fd) => sum + fd.receive.count, 0);
  const listeners = streams.filter((fd) => fd.kind.endsWith('Server')).length;
  const submissionEntries = Math.min(
    Math.max(powerOfTwoCeiling(submitBatch * 2), minimumSubmissionEntries),
    maximumSubmissionEntries,
  );
  const completions = Math.max(
    4 * submissionEntries,
    2 * (slots * operationsInFlightPerSlot + buffers + requests + 2 * sources + commonCompletions),
  );
  const spare = Math.max(minimumSpareHandles, Math.floor(slots / 4));
  return {
    slots,
    submissionEntries,
    completionEntries: Math.min(powerOfTwoCeiling(completions), maximumCompletionEntries),
    handles: slots + listeners + sources + spare + fixedHandles,
  };
}

/** Lowers one reactor; `fdIndexes` numbers the fds of the whole program. */
export function lowerReactor(
  name: string,
  index: number,
  config: CheckedConfig,
  fdIndexes: ReadonlyMap<string, number>,
  messages: readonly IrMessage[],
): IrReactor {
  const reactor = config.reactors[name];
  if (reactor === undefined) throw new Error(`reactors.${name} does not exist`);
  const declared = entriesByName(config.fds).filter(([, fd]) => fd.on === name);
  const cursor = startCursor(declared.flatMap(([, fd]) => fd.handler ?? []).sort(byName)[0]);
  const fds = declared.map(([fdName, fd]) =>
    lowerSpread(fd, lowerFd(fdName, fdIndexes.get(fdName) ?? 0, fd, cursor), reactor),
  );
  const fibers = spawnedFibers(config, name);
  const asked = jsRequestCount(name, config);
  const requests = reactor.requests + fibersAtOnce(config, name) + (asked ?? 0);
  const depths = lowerDepths(reactor.submitBatch, requests, fds);
  const written = lowerWritten(name, config, messages);
  const read = lowerReceived(name, config, messages);
  const handlers = lowerHandlers(fds, read);
  const placed = lowerShared(reactor, fds, { written, read }, asked);
  const { shared, channels, received, jsRequests } = placed;
  const calls = lowerCalls(name, config, messages);
  return {
    name,
    typeName: pascalCase(name),
    index,
    core: reactor.core === 'any' ? -1 : reactor.core,
    ...lowerCount(reactor),
    ...(reactor.cores !== undefined && { cores: [...reactor.cores] }),
    wait: lowerWait(reactor.wait),
    submitBatch: reactor.submitBatch,
    completionBatch: reactor.completionBatch,
    submissionEntries: depths.submissionEntries,
    completionEntries: depths.completionEntries,
    slots: depths.slots,
    handles: depths.handles,
    handlers,
    fds,
    channels,
    ...(received.length > 0 && { received }),
    shared,
    ...(fibers !== undefined && { fibers }),
    ...lowerBounds(reactor),
    ...(jsRequests !== undefined && { jsRequests }),
    ...(calls !== undefined && { calls }),
    ...lowerReactorPools(name, config, handlers.length > 0, cursor.operation),
  };
}

/** A path of the config as seen from the output folder: relative, with forward slashes. */
export function fromOut(paths: LowerPaths, path: string): string {
  return posix.normalize(posix.join(paths.outToConfig, path));
}

/** The backends of each platform that the program is for. */
function lowerBackends({ backends: { linux, darwin, freebsd, win32 } }: CheckedConfig): IrBackends {
  return {
    linux: linux as IrBackend[],
    ...(darwin !== undefined && { darwin: darwin as 'kqueue'[] }),
    ...(freebsd !== undefined && { freebsd: freebsd as 'kqueue'[] }),
    ...(win32 !== undefined && { win32: win32 as 'iocp'[] }),
  };
}

/** Lowers a whole program. The config has passed `check`; anything else is a bug and throws. */
export function lower(config: CheckedConfig, paths: LowerPaths): Ir {
  const { messages, ...nestedTypes } = lowerMessages(config.messages);
  const pools = lowerPools(config);
  const fdIndexes = new Map(entriesByName(config.fds).map(([name], index) => [name, index]));
  const fibers = lowerFibers(config);
  const packaged = lowerPackage(config);
  return {
    abi: IR_ABI,
    name: config.name,
    backends: lowerBackends(config),
    ...(config.clock !== 'auto' && { clock: config.clock }),
    handlersHeader: config.handlers === undefined ? null : fromOut(paths, config.handlers),
    native: {
      pkgConfig: [...config.native.pkgConfig],
      sources: config.native.sources.map((path) => fromOut(paths, path)),
      includeDirectories: config.native.includeDirectories.map((path) => fromOut(paths, path)),
    },
    messages,
    ...nestedTypes,
    ...(fibers !== undefined && { fibers }),
    ...(pools !== undefined && { pools }),
    ...(packaged !== undefined && { package: packaged }),
    reactors: placeInReaders(
      entriesByName(config.reactors).map(([name], index) =>
        lowerReactor(name, index, config, fdIndexes, messages),
      ),
    ),
  };
}
