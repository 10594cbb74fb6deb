/**
 * The part of `check` about amounts: how many of everything there can be, whether rings hold their
 * messages, and whether the memory that a config asks for is within the limits. It lowers each
 * reactor to know, so it cannot disagree with what is generated.
 */
import type { CheckedConfig } from '../schemas/config.ts';
import type { IrFd, IrReactor } from '../schemas/ir.ts';
import { showSize } from '../schemas/leaf.ts';
import { limits } from '../schemas/limits.ts';
import { byName } from './case.ts';
import { isDatagram, isStream } from './fd_kinds.ts';
import { receiveBufferBytes, sendSlotBytes } from './lower_datagrams.ts';
import { javascript, receivingHandler } from './lower_channels.ts';
import { lowerReactor } from './lower.ts';
import { commonOperations, directSockets, lengthWidth, slabBytes } from './lower_fds.ts';
import { instanceCount } from './lower_groups.ts';
import { lowerMessages } from './lower_messages.ts';
import {
  deliveredFds,
  largestMessageBytes,
  largestSendBytes,
  neededDeliveryBytes,
  neededInboxBytes,
} from './lower_shared.ts';
import { type ConfigPath, type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';

function tooMany(
  what: string,
  count: number,
  limit: number,
  hint: string,
  path: ConfigPath,
): Diagnostic[] {
  if (count <= limit) return [];
  return [diagnostic('LOOM1601', { what, count, limit, hint }, { path, anchor: 'key' })];
}

function checkFrames(config: CheckedConfig): Diagnostic[] {
  return Object.entries(config.fds).flatMap(([name, fd]) => {
    if (!('framing' in fd) || fd.framing.kind !== 'lengthPrefixed') return [];
    const { width, maximum } = fd.framing;
    const { limit } = lengthWidth(width);
    if (maximum === undefined || maximum <= limit) return [];
    const path = ['fds', name, 'framing', 'maximum'];
    return [diagnostic('LOOM1602', { where: showPath(path), maximum, width, limit }, { path })];
  });
}

/** A ring whose size was written and is too small; one without a size grows by itself. */
function checkRing(
  ring: 'delivery' | 'inbox',
  written: number | undefined,
  reactor: IrReactor,
): Diagnostic[] {
  const needed = (ring === 'delivery' ? neededDeliveryBytes : neededInboxBytes)(reactor.fds);
  if (written === undefined || written >= needed) return [];
  const measure = ring === 'delivery' ? largestMessageBytes : largestSendBytes;
  const largest = deliveredFds(reactor.fds).reduce((first, second) =>
    measure(second) > measure(first) ? second : first,
  );
  const path = ['reactors', reactor.name, ring];
  const holes = {
    where: showPath(path),
    bytes: showSize(written),
    fd: showPath(['fds', largest.name]),
    message: showSize(measure(largest)),
    needed: showSize(needed),
  };
  const second = { message: holes.fd, path: ['fds', largest.name] };
  return [diagnostic('LOOM1603', holes, { path, second })];
}

/** Bytes of receive buffers, write queues and messages across buffers of one reactor. */
function arenaBytes(fds: readonly IrFd[]): number {
  const datagrams = fds
    .filter(isDatagram)
    .reduce(
      (sum, fd) =>
        sum +
        receiveBufferBytes(fd) * fd.receive.count +
        sendSlotBytes(fd) * fd.send.count * fd.sockets,
      0,
    );
  return fds
    .filter(isStream)
    .reduce(
      (sum, { slots, writeQueueBytes, framing, receive }) =>
        sum + slots * (writeQueueBytes + slabBytes(framing)) + receive.bytes * receive.count,
      datagrams,
    );
}

function checkReactor(name: string, config: CheckedConfig): Diagnostic[] {
  const { messages } = lowerMessages(config.messages);
  const reactor = lowerReactor(name, 0, config, new Map(), messages);
  const declared = config.reactors[name];
  const path = ['reactors', name];
  const where = showPath(path);
  const operations = reactor.fds.reduce((sum, fd) => sum + Object.keys(fd.operations).length, 0);
  const found = [
    ...tooMany(
      `Connections on ${where}`,
      reactor.slots,
      limits.slots,
      'Lower `connections`, or move an fd to another reactor.',
      path,
    ),
    ...tooMany(
      `Operation numbers of ${where}`,
      commonOperations + operations + (reactor.offloads ?? []).length,
      limits.operations,
      'Move fds to another reactor.',
      path,
    ),
    ...tooMany(
      `Sockets received directly on ${where}`,
      directSockets(reactor.fds),
      limits.directSockets,
      "Keep receive.strategy 'direct' for the few hot ones.",
      path,
    ),
    ...checkRing('delivery', declared?.delivery, reactor),
    ...checkRing('inbox', declared?.inbox, reactor),
  ];
  const { bytes } = reactor.shared;
  if (bytes > limits.sharedBytes) {
    found.push(diagnostic('LOOM1604', { reactor: name, bytes }, { path, anchor: 'key' }));
  }
  const arena = arenaBytes(reactor.fds);
  if (arena > limits.arenaBytes) {
    found.push(diagnostic('LOOM1605', { reactor: name, bytes: arena }, { path, anchor: 'key' }));
  }
  return found;
}

/** Checks every amount. Parts of the config that refer to nothing are left out of the sums. */
export function checkBudgets(config: CheckedConfig): Diagnostic[] {
  const channels = Object.fromEntries(
    Object.entries(config.channels).filter(
      ([, each]) =>
        Object.hasOwn(config.messages, each.message) &&
        (each.to === javascript ||
          typeof each.to === 'object' ||
          receivingHandler(config, each) !== undefined),
    ),
  );
  const calls = Object.fromEntries(
    Object.entries(config.calls).filter(([, { request, reply }]) =>
      [request, reply].every((name) => Object.hasOwn(config.messages, name)),
    ),
  );
  const sound = { ...config, channels, calls };
  const reactors = Object.keys(config.reactors).sort(byName);
  const instances = Object.values(config.reactors).reduce(
    (sum, reactor) => sum + instanceCount(reactor),
    0,
  );
  const servers = Object.values(config.fds).filter((fd) => fd.kind.endsWith('Server')).length;
  return [
    ...tooMany('Reactors', instances, limits.reactors, 'Use fewer, or a lower `count`.', [
      'reactors',
    ]),
    ...tooMany('Pools', Object.keys(config.pools).length, limits.pools, 'Use fewer pools.', [
      'pools',
    ]),
    ...tooMany('Listening fds', servers, limits.servers, 'Use fewer listeners.', ['fds']),

    ...checkFrames(config),
    ...reactors.flatMap((name) => checkReactor(name, sound)),
  ];
}
