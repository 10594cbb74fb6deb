/**
 * Lowers channels; where their rings lie is decided with the rest of the shared block. A channel
 * belongs to the reactor that reads it, or, towards JavaScript, to the one that writes it.
 */
import type { CheckedConfig } from '../schemas/config.ts';
import type { IrChannel, IrMessage, IrReactor } from '../schemas/ir.ts';
import { entriesByName, pascalCase } from './case.ts';
import { alignUp } from './message_types.ts';

/** Who stands for JavaScript in `from` and `to`. */
export const javascript = 'js';
const cellAlignment = 8;
/** Begins every cell. */
const stampBytes = 8;

type CheckedChannel = CheckedConfig['channels'][string];
/** A channel that has no place yet. */
export type UnplacedChannel = Omit<IrChannel, 'offset'>;

function lowerChannel(
  name: string,
  channel: CheckedChannel,
  index: number,
  messages: readonly IrMessage[],
): UnplacedChannel {
  const message = messages.find((each) => each.name === channel.message);
  if (message === undefined) throw new Error(`channels.${name} was not checked`);
  const { full } = channel;
  return {
    name,
    typeName: pascalCase(name),
    index,
    message: channel.message,
    capacity: channel.capacity,
    full:
      typeof channel.to === 'object' ? 'drop-oldest' : typeof full === 'string' ? full : full.kind,
    ...(typeof full === 'object' && { key: full.key }),
    strideBytes: alignUp(message.bytes, cellAlignment) + stampBytes,
  };
}

/** Who reads what a reactor writes. */
function lowerReader(to: CheckedChannel['to']): Pick<IrChannel, 'to' | 'sharedMemory'> {
  if (typeof to === 'object') return { sharedMemory: to.name };
  return to === javascript ? {} : { to };
}

/** The channels that a reactor writes, in the order of their names. */
export function lowerWritten(
  reactor: string,
  config: CheckedConfig,
  messages: readonly IrMessage[],
): UnplacedChannel[] {
  return entriesByName(config.channels)
    .filter(([, channel]) => channel.from === reactor)
    .map(([name, channel], index) => {
      const { strideBytes, ...named } = lowerChannel(name, channel, index, messages);
      return { ...named, ...lowerReader(channel.to), strideBytes };
    });
}

/** The channels that a reactor reads, in the order of their names. */
export function lowerReceived(
  reactor: string,
  config: CheckedConfig,
  messages: readonly IrMessage[],
): UnplacedChannel[] {
  return entriesByName(config.channels)
    .filter(([, channel]) => channel.to === reactor)
    .map(([name, channel], index) => {
      const { strideBytes, ...named } = lowerChannel(name, channel, index, messages);
      const handler = receivingHandler(config, channel);
      if (handler === undefined) throw new Error(`channels.${name} was not checked`);
      const from = channel.from === javascript ? {} : { from: channel.from };
      const awaited = channel.style === 'fiber' ? { awaited: 1 } : {};
      return { ...named, ...from, handler, ...awaited, strideBytes };
    });
}

/** The handlers of a reactor's fds. */
function fdHandlers(config: CheckedConfig, reactor: string): string[] {
  const named = Object.values(config.fds).filter(({ on }) => on === reactor);
  return [...new Set(named.flatMap(({ handler }) => handler ?? []))];
}

/** Who takes the messages of a channel to a reactor: its handler, or the only one there. */
export function receivingHandler(
  config: CheckedConfig,
  { to, handler }: CheckedChannel,
): string | undefined {
  if (handler !== undefined || typeof to === 'object') return handler;
  const there = fdHandlers(config, to);
  return there.length === 1 ? there[0] : undefined;
}

/** Where channels to other reactors lie is decided there. */
export function placeInReaders(reactors: readonly IrReactor[]): IrReactor[] {
  const received = new Map(
    reactors.flatMap((reactor) =>
      (reactor.received ?? []).map(({ name, offset }) => [name, offset]),
    ),
  );
  return reactors.map((reactor) => ({
    ...reactor,
    channels: reactor.channels.map((channel) => ({
      ...channel,
      offset: received.get(channel.name) ?? channel.offset,
    })),
  }));
}
