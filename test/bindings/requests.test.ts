/**
 * Requests of JavaScript against a reactor that is simulated: when it is woken, how many are in
 * flight, what completions and their order do, and the memory that they get.
 */
import test from 'ava';
import fc from 'fast-check';
import { Arena, arenaBlockBytes, isElsewhere, isReturned } from '../../templates/bindings/arena.ts';
import type { ReactorDescriptor } from '../../templates/bindings/descriptor.ts';
import type { File } from '../../templates/bindings/file.ts';
import { eventually, SimulatedReactor } from './simulated_reactor.ts';

const fileFd = 7;
const count = 128;
const requestsOffset = 1024 + 2 * (128 + 16384);
const arenaOffset = 81920;
const descriptor: ReactorDescriptor = {
  name: 'disk',
  sharedBytes: arenaOffset + 65536,
  delivery: { offset: 1024, bytes: 16384 },
  inbox: { offset: 1024 + 128 + 16384, bytes: 16384 },
  requests: {
    count,
    offset: requestsOffset,
    entries: 4 * count,
    arenaOffset,
    arenaBytes: 65536,
  },
  fds: [{ kind: 'file', name: 'data', index: fileFd, native: false, direct: false }],
  channels: [],
  posts: [],
  passing: [],
};

interface Entry {
  kind: number;
  number: number;
  generation: number;
  memory: number;
}

/** The reactor's side of the requests. */
class Disk {
  readonly reactor = new SimulatedReactor(descriptor);
  readonly file = this.reactor.link.files[0] as File;
  readonly #words = new Int32Array(this.reactor.memory);
  #head = 0;

  /** The oldest entry that was not taken. */
  take(): Entry | undefined {
    if (this.#words[requestsOffset / 4] === this.#head) return undefined;
    const word = (requestsOffset + 128) / 4 + (this.#head % (4 * count)) * 16;
    this.#head += 1;
    return {
      kind: (this.#words[word] as number) & 0xffff,
      number: this.#words[word + 1] as number,
      generation: this.#words[word + 2] as number,
      memory: this.#words[word + 3] as number,
    };
  }

  /** Tells what a request came to. */
  complete({ number, generation }: Entry, value: number, systemError = 0): void {
    const payload = new Uint8Array(new Int32Array([systemError, 0, value, 0]).buffer);
    const told = this.reactor.deliverBytes(fileFd, 7, number, generation, payload);
    if (!told) throw new Error('the ring is full');
    this.reactor.endTurn();
  }
}

const cancel = 1;

test('a batch makes no native call while the reactor is awake, and one when it sleeps', (t) => {
  const disk = new Disk();
  for (let n = 0; n < 100; n += 1) void disk.file.sync();
  t.is(disk.reactor.wakeUps, 0);
  for (let n = 0; n < 100; n += 1) disk.complete(disk.take() as Entry, 0);
  const asleep = new Disk();
  asleep.reactor.sleep();
  for (let n = 0; n < 100; n += 1) void asleep.file.sync();
  t.is(asleep.reactor.wakeUps, 1);
});

test('outcomes go to the request that they are of, in any order', async (t) => {
  const disk = new Disk();
  const sizes = Array.from({ length: 10 }, () => disk.file.size());
  const entries = sizes.map(() => disk.take() as Entry);
  for (const [n, entry] of [...entries.entries()].reverse()) disk.complete(entry, n * 100);
  t.deepEqual(await Promise.all(sizes), [0, 100, 200, 300, 400, 500, 600, 700, 800, 900]);
  // A second outcome of a number that is free, or another's by now, is nobody's.
  const next = disk.file.size();
  const entry = disk.take() as Entry;
  t.not(entry.generation, entries[entry.number]?.generation);
  disk.complete({ ...entry, generation: entry.generation - 1 }, 1);
  disk.complete(entry, 2);
  t.is(await next, 2);
});

test('a signal writes one cancellation for each of its requests', async (t) => {
  const disk = new Disk();
  const controller = new AbortController();
  const { signal } = controller;
  const syncs = Array.from({ length: 20 }, () => disk.file.sync({ signal }));
  const entries = syncs.map(() => disk.take() as Entry);
  disk.complete(entries[0] as Entry, 0);
  await syncs[0];
  controller.abort('enough');
  for (const { number, generation } of entries.slice(1)) {
    t.like(disk.take(), { kind: cancel, number, generation });
    disk.complete({ kind: 0, number, generation, memory: 0 }, 0, 125);
  }
  t.is(disk.take(), undefined);
  const rest = await Promise.allSettled(syncs.slice(1));
  t.true(rest.every((each) => each.status === 'rejected' && each.reason === 'enough'));
});

test('what is cancelled without a signal was stopped', async (t) => {
  const disk = new Disk();
  const sync = disk.file.sync();
  disk.complete(disk.take() as Entry, 0, 125);
  await t.throwsAsync(sync, { code: 'LOOM6043' });
  const left = disk.file.sync();
  disk.reactor.link.end();
  await t.throwsAsync(left, { code: 'LOOM6043' });
  await t.throwsAsync(disk.file.sync(), { code: 'LOOM6043' });
});

test('a target that is gone by the end is an error of its own request', async (t) => {
  const disk = new Disk();
  const target = new Uint8Array(10);
  const read = disk.file.readInto(0, target);
  const next = disk.file.size();
  structuredClone(target.buffer, { transfer: [target.buffer] });
  disk.complete(disk.take() as Entry, 10);
  await t.throwsAsync(read, { any: true });
  disk.complete(disk.take() as Entry, 33);
  t.is(await next, 33);
});

test('a full arena refuses, and is writable when half of it is free again', async (t) => {
  const disk = new Disk();
  const reads = [1, 2, 3, 4].map(() => disk.file.read(0, 16384));
  t.false(disk.file.isFull, 'there are numbers left');
  await t.throwsAsync(disk.file.read(0, 1), { code: 'LOOM6040' });
  const given = new Error('up');
  const signal = AbortSignal.abort(given);
  await t.throwsAsync(disk.file.untilWritable({ signal }), { is: given });
  let isWritable = false;
  const writable = disk.file.untilWritable().then(() => {
    isWritable = true;
  });
  disk.complete(disk.take() as Entry, 16384);
  await reads[0];
  t.false(isWritable, 'a quarter is not half');
  disk.complete(disk.take() as Entry, 16384);
  await writable;
  await reads[1];
  const again = disk.file.read(0, 16384);
  for (let entry = disk.take(); entry; entry = disk.take()) disk.complete(entry, 3);
  t.is((await again).length, 3);
  await eventually(() => isWritable, 'writable');
});

test('memory of an arena is never given out twice', (t) => {
  const bytes = 16 * arenaBlockBytes;
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(6000)), { maxLength: 200 }), (steps) => {
      const memory = new SharedArrayBuffer(4096 + bytes);
      const arena = new Arena(memory, 4096, bytes);
      const taken: { at: number; length: number }[] = [];
      for (const [takes, length] of steps) {
        const oldest = taken[length % Math.max(1, taken.length)];
        if (!takes && oldest !== undefined) {
          arena.release(oldest.at, oldest.length);
          taken.splice(taken.indexOf(oldest), 1);
          continue;
        }
        const at = arena.take(length);
        if (at < 0) continue;
        t.true(at + length <= bytes);
        for (const other of taken) {
          t.true(at + length <= other.at || other.at + other.length <= at, 'no overlap');
        }
        taken.push({ at, length });
      }
      for (const { at, length } of taken) arena.release(at, length);
      t.is(arena.take(bytes), 0, 'all of it is free in the end');
    }),
  );
});

test('a lent buffer is kept by whoever needs it', (t) => {
  const memory = new SharedArrayBuffer(4096 + 4 * arenaBlockBytes);
  const arena = new Arena(memory, 4096, 4 * arenaBlockBytes);
  const lent = arena.lend(3 * arenaBlockBytes);
  if (lent === undefined) return t.fail('there is room');
  const part = lent.bytes.subarray(600, 700);
  t.is(arena.hold(part), 600);
  lent[Symbol.dispose]();
  t.is(arena.take(2 * arenaBlockBytes), 2 * arenaBlockBytes, 'only the held block is kept');
  t.is(arena.take(2 * arenaBlockBytes), -1);
  arena.release(600, 100);
  t.is(arena.hold(part), isReturned);
  t.is(arena.hold(new Uint8Array(10)), isElsewhere);
});
