/** The stage `lower`: the numbers of the contract, determinism, and tables that fit each other. */
import test from 'ava';
import fc from 'fast-check';
import { check } from '../../generator/check.ts';
import { isDatagram, isFile, isSource, isStream, isTimer } from '../../generator/fd_kinds.ts';
import { lower } from '../../generator/lower.ts';
import { shapeConstants } from '../../generator/views/shape.ts';
import type { CheckedConfig } from '../../schemas/config.ts';
import type { Ir, IrReactor, IrStreamFd } from '../../schemas/ir.ts';
import { limits } from '../../schemas/limits.ts';
import { arbitraryConfig, shuffleKeys } from './arbitrary_config.ts';

const paths = { outToConfig: '../../examples/feed' };

function lowered(value: unknown): Ir {
  const { config, diagnostics } = check(value);
  if (config === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return lower(config, paths);
}

const feed = {
  name: 'feed',
  reactors: {
    md: { core: 2, wait: 'spin', submitBatch: 100, inbox: '256K', delivery: '1M' },
    ctl: {},
  },
  messages: {
    Top: {
      kind: 'struct',
      fields: [
        { name: 'side', type: 'u8' },
        { name: 'bid', type: 'i64' },
        { name: 'symbol', type: 'u16' },
        { name: 'live', type: 'bool' },
      ],
    },
  },
  fds: {
    market: {
      kind: 'tcp',
      address: '127.0.0.1:9000',
      on: 'md',
      handler: 'Book',
      connections: 4,
      framing: { kind: 'line', maximum: '256K' },
    },
    admin: {
      kind: 'unixServer',
      address: '/tmp/y.sock',
      on: 'md',
      framing: { kind: 'lengthPrefixed', width: 'u32be', maximum: '1M' },
    },
    control: { kind: 'tcpServer', address: '[::1]:9001', on: 'md', connections: 100 },
    stats: { kind: 'timer', on: 'md', every: '1s', handler: 'Stats' },
    late: { kind: 'timer', on: 'ctl', after: '1.5s' },
  },
  channels: {
    top: { kind: 'channel', from: 'md', to: 'js', message: 'Top', capacity: 4096 },
  },
  handlers: './feed.hpp',
  native: { sources: ['./book.cpp', 'more/../other.cpp'], includeDirectories: ['..'] },
};

const stream = (reactor: IrReactor | undefined, name: string): IrStreamFd => {
  const fd = reactor?.fds.find((each) => each.name === name);
  if (fd === undefined || !isStream(fd)) throw new Error(`no stream fd ${name}`);
  return fd;
};

test('reactors, fds, channels and messages are sorted by name and numbered', (t) => {
  const ir = lowered(feed);
  t.deepEqual(
    ir.reactors.map(({ name, index, typeName }) => [name, index, typeName]),
    [
      ['ctl', 0, 'Ctl'],
      ['md', 1, 'Md'],
    ],
  );
  t.deepEqual(
    ir.reactors.flatMap(({ fds }) => fds.map(({ name, index }) => [name, index])),
    [
      ['late', 2],
      ['admin', 0],
      ['control', 1],
      ['market', 3],
      ['stats', 4],
    ],
  );
});

test('slots, operations and buffer groups follow one another in name order', (t) => {
  const md = lowered(feed).reactors[1];
  const [admin, control, market] = ['admin', 'control', 'market'].map((each) => stream(md, each));
  t.deepEqual([admin?.firstSlot, admin?.slots], [0, 64]);
  t.deepEqual([control?.firstSlot, control?.slots], [64, 100]);
  t.deepEqual([market?.firstSlot, market?.slots], [164, 4]);
  t.deepEqual(
    [admin, control, market].map((each) => each?.firstSharedSlot),
    [0, 64, -1],
  );
  t.deepEqual(
    [admin, control, market].map((each) => each?.receive),
    [
      { group: 0, bytes: 32768, count: 16 },
      { group: 1, bytes: 16384, count: 64 },
      { group: 2, bytes: 65536, count: 8 },
    ],
  );
  t.deepEqual(Object.keys(admin?.operations ?? {})[0], 'accept');
  t.deepEqual(Object.keys(market?.operations ?? {})[0], 'connect');
});

test('ring depths and handles are the numbers of the contract', (t) => {
  const [ctl, md] = lowered(feed).reactors;
  t.is(md?.submissionEntries, 256);
  // 2 * (168 slots * 5 + 88 buffers + 64) is 1984, above 4 * 256.
  t.is(md?.completionEntries, 2048);
  // 168 slots, 2 listeners, 64 to refuse a flood, 8 of the reactor's own.
  t.is(md?.handles, 168 + 2 + 64 + 8);
  t.is(ctl?.submissionEntries, 128);
  t.is(ctl?.completionEntries, 512);
});

test('the completion queue never asks for more than io_uring_setup(2) allows', (t) => {
  const tcp = { ...feed.fds.control, connections: 60_000, writeQueue: '4K' };
  const ir = lowered({ ...feed, fds: { ...feed.fds, control: tcp } });
  t.is(ir.reactors[1]?.completionEntries, 65_536);
});

test('the shared block lies as the runtime and the bindings expect it', (t) => {
  const md = lowered(feed).reactors[1];
  const top = md?.channels[0];
  t.like(md?.shared, { statsOffset: 256, slotsOffset: 768, slots: 164, deliveryOffset: 3456 });
  // 4 x the largest message of admin (1M) for delivery; sends are cut at its write queue (256K).
  t.is(md?.shared.deliveryBytes, 4 << 20);
  t.is(md?.shared.inboxOffset, 3456 + 128 + (4 << 20));
  t.is(md?.shared.inboxBytes, 1 << 20);
  t.is(top?.offset, 3456 + 128 + (4 << 20) + 128 + (1 << 20));
  t.is(top?.strideBytes, 32);
  t.is((md?.shared.bytes ?? 1) % 4096, 0);
});

test('messages have the layout of a C++ struct in declared order', (t) => {
  t.deepEqual(lowered(feed).messages, [
    {
      name: 'Top',
      bytes: 24,
      alignment: 8,
      fields: [
        { name: 'side', type: 'u8', offset: 0, bytes: 1 },
        { name: 'bid', type: 'i64', offset: 8, bytes: 8 },
        { name: 'symbol', type: 'u16', offset: 16, bytes: 2 },
        { name: 'live', type: 'bool', offset: 18, bytes: 1 },
      ],
    },
  ]);
});

test('times and sizes are integers in their unit', (t) => {
  const [ctl, md] = lowered(feed).reactors;
  t.like(ctl?.fds[0], { firstNanoseconds: 1_500_000_000, everyNanoseconds: 0 });
  t.like(md?.fds[3], { firstNanoseconds: 1_000_000_000, everyNanoseconds: 1_000_000_000 });
  t.deepEqual(ctl?.wait, { mode: 'spin-then-block', spinNanoseconds: 20_000 });
  t.deepEqual(md?.wait, { mode: 'spin', spinNanoseconds: 0 });
  t.is(ctl?.core, -1);
  t.is(stream(md, 'market').connectTimeoutNanoseconds, 5_000_000_000);
  t.deepEqual(stream(md, 'control').reconnect, { initialNanoseconds: 0, maximumNanoseconds: 0 });
});

test("a turn's bounds stand in the IR and the Shape only where they are not the default", (t) => {
  const ctl = { mailboxBatch: 7, fiberBatch: 9, kernelWorkers: { bounded: 4 }, stall: '10ms' };
  const ir = lowered({ ...feed, reactors: { ...feed.reactors, ctl } });
  const bounds = { mailboxBatch: 7, fiberBatch: 9, stallNanoseconds: 10_000_000 };
  t.like(ir.reactors[0], { ...bounds, kernelWorkers: { bounded: 4, unbounded: 2 } });
  for (const key of [...Object.keys(bounds), 'kernelWorkers']) {
    t.false(key in (ir.reactors[1] ?? {}), key);
  }
  const constant = / (\w+_(?:batch|workers)|stall_nanoseconds) = (\d+);/;
  const named = ir.reactors.map((reactor) =>
    shapeConstants(ir, reactor).flatMap((line) => constant.exec(line)?.slice(1, 3).join(' ') ?? []),
  );
  t.deepEqual(named, [
    [
      ...['completion_batch 64', 'inbox_batch 7', 'fiber_batch 9', 'bounded_workers 4'],
      ...['unbounded_workers 2', 'stall_nanoseconds 10000000'],
    ],
    ['completion_batch 64', 'submit_batch 100'],
  ]);
});

test('strategy and trigger of an fd stand in the IR only where they are not the default', (t) => {
  const traits = { receive: { strategy: 'direct' }, trigger: 'level' };
  const market = { ...feed.fds.market, ...traits };
  const [, md] = lowered({ ...feed, fds: { ...feed.fds, market } }).reactors;
  t.like(stream(md, 'market'), { receive: { strategy: 'direct' }, trigger: 'level' });
  t.false('strategy' in stream(md, 'admin').receive || 'trigger' in stream(md, 'admin'));
});

test('paths are relative to the output folder and normal', (t) => {
  const ir = lowered(feed);
  t.is(ir.handlersHeader, '../../examples/feed/feed.hpp');
  t.deepEqual(ir.native.sources, ['../../examples/feed/book.cpp', '../../examples/feed/other.cpp']);
  t.deepEqual(ir.native.includeDirectories, ['../../examples']);
});

test('the same config in any key order gives the same bytes', (t) => {
  fc.assert(
    fc.property(arbitraryConfig, fc.infiniteStream(fc.double({ noNaN: true })), (value, order) => {
      const next = () => order.next().value ?? 0;
      const first = JSON.stringify(lowered(value));
      const second = JSON.stringify(lowered(shuffleKeys(value, next)));
      t.is(first, second);
    }),
    { numRuns: 60 },
  );
});

function checkTables(t: { true(value: boolean, message?: string): void }, reactor: IrReactor) {
  let slot = 0;
  for (const fd of reactor.fds) {
    if (isTimer(fd) || isSource(fd) || isFile(fd)) continue;
    t.true(fd.firstSlot === slot, 'slots are consecutive');
    slot += isDatagram(fd) ? fd.sockets : fd.slots;
  }
  const numbers = new Set<number>();
  for (const fd of reactor.fds) {
    for (const number of Object.values(fd.operations)) {
      t.true(!numbers.has(number) && number <= limits.operations, 'operations are distinct');
      numbers.add(number);
    }
  }
  t.true(slot === reactor.slots);
  t.true(reactor.handles > reactor.slots);
  const { shared } = reactor;
  const parts = [
    { offset: shared.statsOffset, bytes: 512 },
    { offset: shared.slotsOffset, bytes: shared.slots * 16 },
    { offset: shared.deliveryOffset, bytes: 128 + shared.deliveryBytes },
    { offset: shared.inboxOffset, bytes: 128 + shared.inboxBytes },
    // Those to JavaScript, and those that it reads; the others lie elsewhere.
    ...reactor.channels
      .filter(({ to, sharedMemory }) => to === undefined && sharedMemory === undefined)
      .concat(reactor.received ?? [])
      .map((each) => ({
        offset: each.offset,
        bytes: 256 + each.capacity * each.strideBytes,
      })),
  ];
  let end = 256;
  for (const part of parts) {
    t.true(part.offset >= end && part.offset % 128 === 0, 'parts are in order and aligned');
    end = part.offset + part.bytes;
  }
  t.true(shared.bytes >= end && shared.bytes % 4096 === 0, 'the block holds its parts');
}

test('the tables of every config fit each other and hold integers only', (t) => {
  fc.assert(
    fc.property(arbitraryConfig, (value) => {
      const ir = lowered(value);
      for (const reactor of ir.reactors) checkTables(t, reactor);
      JSON.stringify(ir, (key, item: unknown) => {
        t.true(typeof item !== 'number' || Number.isSafeInteger(item), key);
        t.true(item !== undefined, key);
        return item;
      });
    }),
    { numRuns: 60 },
  );
});

test('an unchecked reference is a bug and throws', (t) => {
  const { config } = check(feed);
  const broken = structuredClone(config) as CheckedConfig;
  broken.messages = {};
  t.throws(() => lower(broken, paths), { message: /channels\.top was not checked/ });
});
