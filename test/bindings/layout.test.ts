/** The TypeScript half of the shared memory layout says the same as the C++ half. */
import { readFileSync } from 'node:fs';
import test from 'ava';
import { sharedAbi } from '../../templates/bindings/descriptor.ts';
import {
  closeKinds,
  controlWord,
  DeliveryEvent,
  InboxCommand,
  JsRequestKind,
  jsRequestBytes,
  recordHeaderBytes,
  recordSkip,
  ringHeaderBytes,
  ringWord,
  slotWord,
  slotWordsBytes,
  slotWordsOffset,
  statsOffset,
} from '../../templates/bindings/layout.ts';
import { channelHeaderBytes, channelWord } from '../../templates/bindings/channel_layout.ts';
import { Notice } from '../../templates/bindings/native.ts';
import { RequestRing } from '../../templates/bindings/request_ring.ts';
import { statNames } from '../../templates/bindings/stat_names.ts';
import { ReactorStats } from '../../templates/bindings/stats.ts';

const runtime = new URL('../../templates/runtime/loom/', import.meta.url);
const files = ['shared_layout', 'channel_layout', 'stats_block', 'ring_records', 'js_request'];
const layout = files
  .map((file) => readFileSync(new URL(`${file}.hpp`, runtime), 'utf8'))
  .join('\n');
const errors = readFileSync(new URL('error.hpp', runtime), 'utf8');
const notices = readFileSync(new URL('node/notice.hpp', runtime), 'utf8');

/** `snake_case` as `camelCase`. */
function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The enumerators of a C++ enum class with their numbers, in camelCase. */
function enumOf(source: string, name: string): Record<string, number> {
  const body = new RegExp(`enum class ${name}[^{]*\\{([^}]*)\\}`).exec(source)?.[1] ?? '';
  const pairs = [...body.matchAll(/^\s*(\w+) = (\d+)/gm)];
  return Object.fromEntries(pairs.map(([, key, value]) => [camelCase(key ?? ''), Number(value)]));
}

/** The number that a static_assert of the C++ half gives to `offsetof(type, member)`. */
function offsetOf(type: string, member: string): number {
  const found = new RegExp(`offsetof\\(${type}, ${member}\\) == (\\d+)`).exec(layout)?.[1];
  if (found === undefined) throw new Error(`no static_assert on ${type}.${member}`);
  return Number(found);
}

function constant(name: string): number {
  const found = new RegExp(`\\b${name} = (\\w+);`).exec(layout)?.[1];
  if (found === undefined) throw new Error(`no constant ${name}`);
  return Number(found);
}

test('counters have the same names and places', (t) => {
  t.deepEqual(
    Object.fromEntries(statNames.map((name, index) => [name, index])),
    enumOf(layout, 'Stat'),
  );
});

test('every counter has a getter that reads its own place', (t) => {
  const memory = new SharedArrayBuffer(statsOffset + 64 * 8);
  const counters = new BigUint64Array(memory, statsOffset);
  for (const index of statNames.keys()) counters[index] = BigInt(index) + 2n ** 60n;
  const stats = new ReactorStats(memory);
  for (const [index, name] of statNames.entries()) t.is(stats[name], BigInt(index) + 2n ** 60n);
  t.deepEqual(Object.keys(stats.toObject()), [...statNames]);
  counters[statNames.indexOf('bytesReceived')] = 7n;
  t.is(stats.bytesReceived, 7n, 'live, not a copy');
});

test('control words, slot words and ring headers have the same offsets', (t) => {
  t.is(controlWord.jsArmed * 4, offsetOf('ControlBlock', 'js_armed'));
  t.is(controlWord.reactorSleeping * 4, offsetOf('ControlBlock', 'reactor_sleeping'));
  t.is(controlWord.deliveryStalled * 4, offsetOf('ControlBlock', 'delivery_stalled'));
  t.is(controlWord.jsAttached * 4, offsetOf('ControlBlock', 'js_attached'));
  t.is(slotWord.wantsDrain * 4, offsetOf('SlotWords', 'wants_drain'));
  t.is(slotWord.generation * 4, offsetOf('SlotWords', 'generation'));
  t.is(slotWord.drainedBytes, 0);
  t.is(ringWord.head * 4, offsetOf('RingHeader', 'head'));
  t.is(ringWord.tail, 0);
  t.is(channelWord.head * 4, offsetOf('ChannelHeader', 'head'));
  t.is(channelWord.writerWaits * 4, offsetOf('ChannelHeader', 'writer_waits'));
  t.is(channelWord.droppedOldest * 4, offsetOf('ChannelHeader', 'dropped_oldest'));
  t.is(channelWord.blockedNanoseconds * 4, offsetOf('ChannelHeader', 'blocked_nanoseconds'));
  t.regex(layout, new RegExp(`sizeof\\(ChannelHeader\\) == ${channelHeaderBytes}\\)`));
  t.is(statsOffset, constant('stats_offset'));
  t.is(slotWordsOffset, constant('slot_words_offset'));
  t.is(recordSkip >>> 0, constant('record_skip'));
  t.is(sharedAbi, constant('shared_abi'));
  t.regex(layout, new RegExp(`sizeof\\(SlotWords\\) == ${slotWordsBytes}\\)`));
  t.regex(layout, new RegExp(`sizeof\\(RingHeader\\) == ${ringHeaderBytes}\\)`));
  t.regex(layout, new RegExp(`sizeof\\(RecordHeader\\) == ${recordHeaderBytes} `));
});

test('events, commands, close kinds and notices have the same numbers', (t) => {
  t.deepEqual({ ...DeliveryEvent }, enumOf(layout, 'DeliveryEvent') as typeof DeliveryEvent);
  t.deepEqual({ ...InboxCommand }, enumOf(layout, 'InboxCommand') as typeof InboxCommand);
  t.deepEqual(
    Object.fromEntries(closeKinds.map((name, number) => [name, number])),
    enumOf(errors, 'CloseKind'),
  );
  t.deepEqual({ ...Notice }, enumOf(notices, 'Notice') as typeof Notice);
});

test('requests of JavaScript are written where the reactor reads them', (t) => {
  t.deepEqual({ ...JsRequestKind }, enumOf(layout, 'JsRequestKind'));
  t.regex(layout, new RegExp(`sizeof\\(JsRequest\\) == ${jsRequestBytes} `));
  const descriptor = { count: 2, offset: 128, entries: 8, arenaOffset: 4096, arenaBytes: 4096 };
  const memory = new SharedArrayBuffer(8192);
  const ring = new RequestRing(new Int32Array(memory), descriptor);
  Object.assign(ring.entry, {
    kind: JsRequestKind.write,
    fd: 0xfffe,
    number: 1,
    generation: -2,
    memory: 512,
    bytes: 77,
    slot: 5,
    offset: 2 ** 52 + 2 ** 31 + 3,
    addressBytes: 9,
  });
  ring.push();
  const view = new DataView(memory, descriptor.offset + ringHeaderBytes);
  t.is(view.getUint16(0, true), JsRequestKind.write);
  t.is(view.getUint16(2, true), 0xfffe);
  t.is(view.getUint32(offsetOf('JsRequest', 'number'), true), 1);
  t.is(view.getUint32(offsetOf('JsRequest', 'generation'), true), 2 ** 32 - 2);
  t.is(view.getUint32(offsetOf('JsRequest', 'memory'), true), 512);
  t.is(view.getUint32(offsetOf('JsRequest', 'bytes'), true), 77);
  t.is(view.getUint32(offsetOf('JsRequest', 'slot'), true), 5);
  t.is(view.getBigUint64(offsetOf('JsRequest', 'offset'), true), 2n ** 52n + 2n ** 31n + 3n);
  t.is(view.getUint32(offsetOf('JsRequest', 'address_bytes'), true), 9);
});
