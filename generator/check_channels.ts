/** The part of `check` about channels: who writes and who reads, policies, keys, and handlers. */
import type { CheckedConfig } from '../schemas/config.ts';
import { entriesByName } from './case.ts';
import { javascript, receivingHandler } from './lower_channels.ts';
import { type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';

type CheckedChannel = CheckedConfig['channels'][string];

/** Cells at most of a channel with a key: its writer has a table of twice as many. */
const maximumKeyedCapacity = 65536;
/** Fields that can be a key. */
const keyTypes = new Set(['u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'bool']);

/** Who takes the messages: a handler, where a reactor reads. */
function checkHandler(name: string, channel: CheckedChannel, config: CheckedConfig): Diagnostic[] {
  const path = ['channels', name];
  const { to, handler } = channel;
  if (to === javascript && handler !== undefined) {
    return [diagnostic('LOOM1431', { name, handler }, { path: [...path, 'handler'] })];
  }
  if (to === javascript || !Object.hasOwn(config.reactors, to)) return [];
  if (receivingHandler(config, channel) !== undefined) return [];
  return [diagnostic('LOOM1430', { name, reactor: to }, { path, anchor: 'key' })];
}

/** What of a policy cannot be. */
function checkFull(name: string, channel: CheckedChannel, config: CheckedConfig): Diagnostic[] {
  const path = ['channels', name, 'full'];
  const { full, from, capacity } = channel;
  const kind = typeof full === 'string' ? full : full.kind;
  if (kind === 'conflate' && from === javascript) {
    return [diagnostic('LOOM1433', { where: showPath(path) }, { path })];
  }
  if (typeof full === 'string') return [];
  const found: Diagnostic[] = [];
  if (capacity > maximumKeyedCapacity) {
    const holes = { name, capacity, limit: maximumKeyedCapacity };
    found.push(diagnostic('LOOM1434', holes, { path: ['channels', name, 'capacity'] }));
  }
  const message = config.messages[channel.message];
  if (message === undefined) return found;
  const field = message.fields.find((each) => each.name === full.key);
  if (field !== undefined && keyTypes.has(field.type)) return found;
  const reason =
    field === undefined
      ? `messages.${channel.message} has no such field`
      : `it is of type ${field.type}`;
  const holes = { where: showPath(path), key: full.key, reason };
  return [...found, diagnostic('LOOM1432', holes, { path: [...path, 'key'] })];
}

/** Checks every channel by itself; what its names refer to is in `check_wiring.ts`. */
export function checkChannels(config: CheckedConfig): Diagnostic[] {
  return entriesByName(config.channels).flatMap(([name, channel]) => {
    if (channel.from === channel.to) {
      const holes = { name, end: channel.from };
      return [diagnostic('LOOM1435', holes, { path: ['channels', name, 'to'] })];
    }
    return [...checkHandler(name, channel, config), ...checkFull(name, channel, config)];
  });
}
