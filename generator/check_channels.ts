/** The part of `check` about channels: who writes and who reads, policies, keys, and handlers. */
import type { CheckedConfig } from '../schemas/config.ts';
import { entriesByName } from './case.ts';
import { spawnedFibers } from './lower_fibers.ts';
import { javascript, receivingHandler } from './lower_channels.ts';
import { type Diagnostic, diagnostic, show, showPath } from './report/diagnostic.ts';

type CheckedChannel = CheckedConfig['channels'][string];

/** Cells at most of a channel with a key: its writer has a table of twice as many. */
const maximumKeyedCapacity = 65536;
/** Fields that can be a key. */
const keyTypes = new Set([
  ...['u8', 'u16', 'u32', 'u64', 'i8', 'i16', 'i32', 'i64', 'bool'],
  'enumeration',
]);

/** Who takes the messages: a handler, where a reactor reads. */
function checkHandler(name: string, channel: CheckedChannel, config: CheckedConfig): Diagnostic[] {
  const path = ['channels', name];
  const { to, handler } = channel;
  if ((to === javascript || typeof to === 'object') && handler !== undefined) {
    return [diagnostic('LOOM1431', { name, handler }, { path: [...path, 'handler'] })];
  }
  if (to === javascript || typeof to === 'object' || !Object.hasOwn(config.reactors, to)) return [];
  if (receivingHandler(config, channel) !== undefined) return [];
  return [diagnostic('LOOM1430', { name, reactor: to }, { path, anchor: 'key' })];
}

/** Fibers that take messages need fibers. */
function checkStyle(name: string, channel: CheckedChannel, config: CheckedConfig): Diagnostic[] {
  const { to, style } = channel;
  if (style !== 'fiber') return [];
  const hasFibers = typeof to === 'string' && spawnedFibers(config, to) !== undefined;
  if (hasFibers) return [];
  return [diagnostic('LOOM1440', { name }, { path: ['channels', name, 'style'] })];
}

/** What of a policy cannot be. */
function checkFull(name: string, channel: CheckedChannel, config: CheckedConfig): Diagnostic[] {
  const path = ['channels', name, 'full'];
  const { full, capacity } = channel;
  if (typeof full === 'string') return [];
  const found: Diagnostic[] = [];
  if (capacity > maximumKeyedCapacity) {
    const holes = { name, capacity, limit: maximumKeyedCapacity };
    found.push(diagnostic('LOOM1434', holes, { path: ['channels', name, 'capacity'] }));
  }
  const message = config.messages[channel.message];
  if (message === undefined) return found;
  const field = message.fields.find((each) => each.name === full.key);
  const type = typeof field?.type === 'object' ? field.type.kind : field?.type;
  if (type !== undefined && keyTypes.has(type)) return found;
  const reason =
    type === undefined ? `messages.${channel.message} has no such field` : `it is of type ${type}`;
  const holes = { where: showPath(path), key: full.key, reason };
  return [...found, diagnostic('LOOM1432', holes, { path: [...path, 'key'] })];
}

/** What of a channel in shared memory cannot be; `written` is its entry in the config. */
function checkShared(name: string, channel: CheckedChannel, written: object): Diagnostic[] {
  const path = ['channels', name];
  if (typeof channel.to !== 'object') return [];
  const found: Diagnostic[] = [];
  if (channel.from === javascript) {
    found.push(diagnostic('LOOM1437', { name }, { path: [...path, 'from'] }));
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(channel.to.name)) {
    const holes = { where: showPath([...path, 'to']), file: show(channel.to.name) };
    found.push(diagnostic('LOOM1438', holes, { path: [...path, 'to'] }));
  }
  if ('full' in written && channel.full !== 'drop-oldest') {
    found.push(diagnostic('LOOM1436', { name }, { path: [...path, 'full'] }));
  }
  return found;
}

/** Two channels in one file. */
function checkFileNames(config: CheckedConfig): Diagnostic[] {
  const seen = new Map<string, string>();
  return entriesByName(config.channels).flatMap(([name, { to }]) => {
    if (typeof to !== 'object') return [];
    const other = seen.get(to.name);
    seen.set(to.name, other ?? name);
    if (other === undefined) return [];
    const second = { message: `'${other}'`, path: ['channels', other, 'to'] };
    const holes = { name, other, file: to.name };
    return [diagnostic('LOOM1439', holes, { path: ['channels', name, 'to'], second })];
  });
}

/** Checks every channel by itself; what its names refer to is in `check_wiring.ts`. */
export function checkChannels(config: CheckedConfig, value: unknown): Diagnostic[] {
  const written = (value as { channels?: Record<string, object> }).channels ?? {};
  const each = entriesByName(config.channels).flatMap(([name, channel]) => {
    if (channel.from === channel.to) {
      const holes = { name, end: channel.from };
      return [diagnostic('LOOM1435', holes, { path: ['channels', name, 'to'] })];
    }
    return [
      ...checkHandler(name, channel, config),
      ...checkFull(name, channel, config),
      ...checkStyle(name, channel, config),
      ...checkShared(name, channel, written[name] ?? {}),
    ];
  });
  return [...each, ...checkFileNames(config)];
}
