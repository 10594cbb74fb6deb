/**
 * Scenarios about sending: bounded queues, typed refusals, one on_drain for each, and pauses.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hashOf } from '../bytes.ts';
import type { Peer } from '../peer.ts';
import type { Scenario, World } from '../world.ts';

/** A line of `!flood`, with its end. */
const floodLineBytes = 1001;

/** Notes how many lines of a flood these bytes are. */
function noteFlood(world: World, bytes: Buffer): void {
  world.note(`${bytes.length / floodLineBytes} lines, hash ${hashOf(bytes)}`);
}

/** Makes the program send more than fits anywhere, and waits until its queue refused. */
async function floodSlowly(world: World, lines: number): Promise<Peer> {
  const peer = await world.join('script', { paused: true });
  await peer.send(`!flood ${lines}\n`);
  await world.program.saw('script', /^refused/);
  return peer;
}

/** A peer that does not read for a while gets everything, in order. */
const slowReader: Scenario = {
  name: 'slow_reader',
  program: 'server',
  fds: ['script'],
  async play(world) {
    await world.start();
    const peer = await floodSlowly(world, 8000);
    const other = await world.join('script');
    world.note(`another connection meanwhile: ${await other.ask('!note')}`);
    peer.resume();
    noteFlood(world, await peer.bytes(8000 * floodLineBytes));
    world.note(`afterwards: ${await peer.ask('!note')}`);
    await world.program.saw('script', /^flood queued$/);
  },
};

/** A peer whose receive buffer is tiny: every send is cut short. */
const narrowReader: Scenario = {
  name: 'narrow_reader',
  program: 'server',
  fds: ['script'],
  async play(world) {
    await world.start();
    const [host = '', port = ''] = world.address('script').split(':');
    const narrow = spawn(world.stage.executables.narrow, [host, port, '2048']);
    const chunks: Buffer[] = [];
    narrow.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    const ended = once(narrow, 'close');
    narrow.stdin.write('!flood 200\n');
    await world.program.saw('script', /^flood queued$/);
    narrow.stdin.end('!note\n');
    await ended;
    const bytes = Buffer.concat(chunks);
    noteFlood(world, bytes.subarray(0, -6));
    world.note(`then ${bytes.subarray(-6).toString().trim()}`);
  },
};

/** A write that can never fit is refused whole and harms nothing. */
const largeWrite: Scenario = {
  name: 'large_write',
  program: 'server',
  fds: ['script'],
  async play(world) {
    await world.start();
    const peer = await world.join('script');
    await peer.send('!large\n');
    world.note(`afterwards: ${await peer.ask('!note')}`);
    peer.end();
    world.note((await peer.rest()).end);
  },
};

/** Nothing arrives between pause and resume, nothing is lost, and other connections go on. */
const pause: Scenario = {
  name: 'pause',
  program: 'server',
  fds: ['script', 'local'],
  async play(world) {
    await world.start();
    const paused = await world.join('script');
    const other = await world.join('script');
    const control = await world.join('local');
    await paused.send('before\n!pause\nafter 1\naf');
    await world.program.saw('script', /^!pause$/);
    await paused.send('ter 2\n');
    await paused.send('!sum\n');
    world.note(`the other: ${await other.ask('!note')}`);
    world.note(`the other: ${await other.ask('!note')}`);
    world.note(`control: ${await control.ask('!resume')}`);
    world.note(`sum after resume: ${await paused.line()}`);
    await paused.send('!pause\nlast\n');
    paused.end();
    await world.program.saw('script', /^!pause$/, 2);
    world.note(`the other: ${await other.ask('!note')}`);
    world.note(`control: ${await control.ask('!resume')}`);
    const { end, bytes } = await paused.rest();
    world.note(`the paused peer: ${bytes.length} bytes, then ${end}`);
  },
};

/** Data and FIN that wait together in the kernel are two events; one edge announces both. */
const pauseThenEnd: Scenario = {
  name: 'pause_then_end',
  program: 'server',
  fds: ['script', 'local'],
  async play(world) {
    await world.start();
    const paused = await world.join('script');
    const control = await world.join('local');
    await paused.send('!pause\nheld\n');
    await world.program.saw('script', /^!pause$/);
    await paused.send('more\n');
    paused.end();
    world.note(`control: ${await control.ask('!note')}`);
    world.note(`control: ${await control.ask('!resume')}`);
    world.note(`the paused peer: ${(await paused.rest()).end}`);
  },
};

/** A large stream into a paused connection waits in the kernel, and comes whole. */
const pauseStream: Scenario = {
  name: 'pause_stream',
  program: 'server',
  fds: ['script', 'local'],
  async play(world) {
    await world.start();
    const paused = await world.join('script');
    const control = await world.join('local');
    await paused.send('!pause\n');
    await world.program.saw('script', /^!pause$/);
    const lines = Array.from({ length: 20_000 }, (_, n) => `line ${n} ${'y'.repeat(n % 300)}\n`);
    const sent = paused.send(`${lines.join('')}!sum\n`);
    world.note(`control: ${await control.ask('!note')}`);
    world.note(`control: ${await control.ask('!resume')}`);
    await sent;
    world.note(`sum ${await paused.line()}`);
    paused.end();
    world.note((await paused.rest()).end);
  },
};

/** Paused connections hold every receive buffer of their fd: others wait and then go on. */
const poolExhausted: Scenario = {
  name: 'pool_exhausted',
  program: 'server',
  fds: ['script', 'local'],
  async play(world) {
    await world.start();
    const control = await world.join('local');
    const holders = [];
    for (let n = 0; n < 4; ++n) {
      const holder = await world.join('script');
      await holder.send('!pause\n');
      await world.program.saw('script', /^!pause$/, n + 1);
      await holder.send(`held ${n}\n!sum\n`);
      holders.push(holder);
      world.note(`control: ${await control.ask('!note')}`);
    }
    const starving = await world.join('script');
    await starving.send('hungry\n!sum\n');
    world.note(`control: ${await control.ask('!note')}`);
    world.note(`control: ${await control.ask('!resume')}`);
    for (const holder of holders) world.note(`held: ${await holder.line()}`);
    world.note(`starved: ${await starving.line()}`);
    world.note(`afterwards: ${await starving.ask('!note')}`);
    await world.finish();
    world.note(`somebody found no buffer: ${world.counter('buffers_exhausted') > 0}`);
  },
};

/** All of them. */
export const sendScenarios: readonly Scenario[] = [
  slowReader,
  narrowReader,
  largeWrite,
  pause,
  pauseThenEnd,
  pauseStream,
  poolExhausted,
];
