/**
 * Scenarios about receiving: however bytes arrive, handlers see the same messages.
 */

import { framed, hashOf, type Prefix, prefixOf, randomBytes, randomFrom } from '../bytes.ts';
import type { Peer } from '../peer.ts';
import type { Scenario, World } from '../world.ts';

const prefixes: readonly { fd: string; prefix: Prefix }[] = [
  { fd: 'bytes', prefix: 'u8' },
  { fd: 'shorts', prefix: 'u16be' },
  { fd: 'frames', prefix: 'u32le' },
  { fd: 'longs', prefix: 'u64be' },
];

/** Reads one answer of the handler Digest. */
async function answerOf(peer: Peer, prefix: Prefix): Promise<string> {
  const header = await peer.bytes(prefixOf(prefix, 0).length);
  const size = header[prefix === 'u32le' ? 0 : header.length - 1] ?? 0;
  return (await peer.bytes(size)).toString();
}

/** Sends FIN, and notes what comes until the program's FIN. */
async function leave(world: World, peer: Peer, what: string): Promise<void> {
  peer.end();
  const { end, bytes } = await peer.rest();
  world.note(`${what}: ${bytes.length} more bytes, then ${end}`);
}

/** Lines in pieces that cut through words, line ends and commands. */
const pieces: Scenario = {
  name: 'pieces',
  program: 'server',
  fds: ['script'],
  async play(world) {
    await world.start();
    const peer = await world.join('script');
    const other = await world.join('script');
    for (const piece of ['hel', 'lo\r', '\n\n', 'second', '\n!s', 'um', '\n', 'unfini']) {
      await peer.send(piece);
      // A round trip on another connection: the reactor has had its turn.
      await other.ask('!note');
    }
    world.note(`sum ${await peer.line()}`);
    await leave(world, peer, 'peer');
    await leave(world, other, 'other');
  },
};

/** The same stream in cuts that differ from run to run. */
const cuts: Scenario = {
  name: 'cuts',
  program: 'server',
  fds: ['script'],
  async play(world) {
    await world.start();
    const peer = await world.join('script');
    const lines = Array.from({ length: 3000 }, (_, n) => `${n} ${'x'.repeat((n * 37) % 900)}\n`);
    const stream = Buffer.from(`${lines.join('')}!sum\n`);
    const next = randomFrom(world.seed);
    for (let from = 0; from < stream.length; ) {
      const to = from + 1 + (next() % 5000);
      await peer.send(stream.subarray(from, to));
      from = to;
    }
    world.note(`sum ${await peer.line()}`);
    await leave(world, peer, 'peer');
  },
};

/** Every framing, one byte a packet. */
const dribble: Scenario = {
  name: 'dribble',
  program: 'server',
  fds: ['mirror', 'script', ...prefixes.map(({ fd }) => fd)],
  async play(world) {
    await world.start();
    const raw = await world.join('mirror');
    await raw.dribble(randomBytes(1, 200));
    world.note(`mirror hash ${hashOf(await raw.bytes(200))}`);
    await leave(world, raw, 'mirror');
    const line = await world.join('script');
    await line.dribble(Buffer.from('one\ntwo\r\n\n!sum\n'));
    world.note(`script ${await line.line()}`);
    await leave(world, line, 'script');
    for (const { fd, prefix } of prefixes) {
      const peer = await world.join(fd);
      for (const size of [0, 1, 40]) {
        await peer.dribble(framed(prefix, randomBytes(size, size)));
        world.note(`${fd} ${await answerOf(peer, prefix)}`);
      }
      await leave(world, peer, fd);
    }
  },
};

const tenMegabytes = 10_000_000;

/** 10 MB through a raw echo with a write queue of 16 KiB. */
const largeRaw: Scenario = {
  name: 'large_raw',
  program: 'server',
  fds: ['mirror'],
  async play(world) {
    await world.start();
    const peer = await world.join('mirror');
    const sent = randomBytes(2, tenMegabytes);
    const [back] = await Promise.all([peer.bytes(sent.length), peer.send(sent)]);
    world.note(back.equals(sent) ? 'every byte came back' : `other bytes: hash ${hashOf(back)}`);
    await leave(world, peer, 'peer');
  },
};

/** One message of 10 MB, and many in one write. */
const largeFrame: Scenario = {
  name: 'large_frame',
  program: 'server',
  fds: ['frames'],
  async play(world) {
    await world.start();
    const peer = await world.join('frames');
    await peer.send(framed('u32le', randomBytes(3, tenMegabytes)));
    world.note(await answerOf(peer, 'u32le'));
    const many = Array.from({ length: 50 }, (_, n) => framed('u32le', randomBytes(n, n * 1000)));
    await peer.send(Buffer.concat(many));
    for (const _ of many) await answerOf(peer, 'u32le');
    await leave(world, peer, 'peer');
  },
};

/** Messages of exactly the maximum pass; one byte more ends the connection, and only that one. */
const tooLarge: Scenario = {
  name: 'too_large',
  program: 'server',
  fds: ['script', 'shorts', 'longs', 'frames'],
  async play(world) {
    await world.start();
    const witness = await world.join('script');
    const line = await world.join('script');
    await line.send(`${'a'.repeat(1024)}\r\n${'b'.repeat(1024)}\n`);
    world.note(`lines ${await line.ask('!sum')}`);
    await line.send('c'.repeat(1026));
    world.note(`line of 1026 bytes: ${(await line.rest()).end}`);
    for (const [fd, prefix, maximum] of [
      ['shorts', 'u16be', 1000],
      ['longs', 'u64be', 1000],
      ['frames', 'u32le', 12 * 2 ** 20],
    ] as const) {
      const peer = await world.join(fd);
      await peer.send(framed(prefix, randomBytes(4, 1000)));
      world.note(`${fd} ${await answerOf(peer, prefix)}`);
      await peer.send(prefixOf(prefix, maximum + 1));
      world.note(`${fd} of ${maximum + 1} bytes: ${(await peer.rest()).end}`);
    }
    world.note(`the witness: ${await witness.ask('!note')}`);
    await leave(world, witness, 'witness');
    await world.finish();
    world.note(`frames too large: ${world.counter('frames_too_large')}`);
  },
};

/** Many connections at once, each with its own bytes. */
const many: Scenario = {
  name: 'many',
  program: 'server',
  fds: ['mirror'],
  async play(world) {
    await world.start();
    const one = async (n: number): Promise<boolean> => {
      const peer = await world.connect('mirror');
      const sent = randomBytes(100 + n, 30_000 + n * 4);
      const [back] = await Promise.all([peer.bytes(sent.length), peer.send(sent)]);
      peer.end();
      return back.equals(sent) && (await peer.rest()).end === 'end';
    };
    const same = await Promise.all(Array.from({ length: 64 }, (_, n) => one(n)));
    world.note(`${same.filter((good) => good).length} of 64 got their bytes back`);
  },
};

/** All of them. */
export const receiveScenarios: readonly Scenario[] = [
  pieces,
  cuts,
  dribble,
  largeRaw,
  largeFrame,
  tooLarge,
  many,
];
