/**
 * Scenarios about how connections and programs end.
 */

import { hashOf, randomBytes } from '../bytes.ts';
import type { Peer } from '../peer.ts';
import type { Scenario } from '../world.ts';

const floodLineBytes = 1001;

/** The peer resets an idle connection. */
const reset: Scenario = {
  name: 'reset',
  program: 'server',
  fds: ['script'],
  async play(world) {
    await world.start();
    const peer = await world.join('script');
    world.note(await peer.ask('!note'));
    peer.reset();
    await world.program.saw('script', /^close/);
  },
};

/** The peer resets a connection whose queue is full and whose send is in flight. */
const resetWhileSending: Scenario = {
  name: 'reset_while_sending',
  program: 'server',
  fds: ['script'],
  async play(world) {
    await world.start();
    for (let n = 1; n <= 3; ++n) {
      const peer = await world.join('script', { paused: true });
      await peer.send('!flood 9000\n');
      await world.program.saw('script', /^refused/, n);
      peer.reset();
      await world.program.saw('script', /^close/, n);
    }
    const peer = await world.join('script');
    world.note(`the slot serves again: ${await peer.ask('!note')}`);
  },
};

/** The peer's FIN comes first: all that is queued, and all that follows from it, still arrives. */
const peerFinishesFirst: Scenario = {
  name: 'peer_finishes_first',
  program: 'server',
  fds: ['script', 'mirror'],
  async play(world) {
    await world.start();
    const peer = await world.join('script', { paused: true });
    await peer.send('!flood 9000\n');
    peer.end();
    await world.program.saw('script', /^refused/);
    peer.resume();
    const { end, bytes } = await peer.rest();
    world.note(`${bytes.length / floodLineBytes} lines, hash ${hashOf(bytes)}, then ${end}`);
    const echo = await world.join('mirror');
    const sent = randomBytes(7, 500_000);
    const all = echo.send(sent);
    echo.end();
    const back = await echo.rest();
    await all;
    world.note(`echo of ${back.bytes.length} bytes, hash ${hashOf(back.bytes)}, ${back.end}`);
  },
};

/** Our FIN comes first: the queue arrives, receiving goes on, writes are refused as closed. */
const weFinishFirst: Scenario = {
  name: 'we_finish_first',
  program: 'server',
  fds: ['script'],
  async play(world) {
    await world.start();
    const peer = await world.join('script');
    await peer.send('!flood 10\n!finish\n');
    const { end, bytes } = await peer.rest();
    world.note(`${bytes.length / floodLineBytes} lines, then ${end}`);
    await peer.send('still\nhere\n');
    peer.end();
    await world.program.saw('script', /^close/);
  },
};

/** close() comes after the queue, abort() does not wait, an exception ends one connection. */
const weEnd: Scenario = {
  name: 'we_end',
  program: 'server',
  fds: ['script', 'local'],
  async play(world) {
    await world.start();
    for (const fd of ['script', 'local']) {
      for (const act of ['close', 'abort', 'throw']) {
        const peer = await world.join(fd);
        const flood = act === 'close' ? '!flood 10\n' : '';
        await peer.send(`${flood}counted\n!${act}\n`);
        const { end, bytes } = await peer.rest();
        world.note(`${fd} !${act}: ${bytes.length / floodLineBytes} lines, then ${end}`);
      }
      const peer = await world.join(fd);
      world.note(`${fd} afterwards: ${await peer.ask('!note')}`);
    }
  },
};

/**
 * abort() with a full queue and a send in flight does not wait for either. Node cannot tell a reset
 * from an end once data came before it (libuv reports EPOLLHUP as the end); `we_end` tells them.
 */
const abortWhileSending: Scenario = {
  name: 'abort_while_sending',
  program: 'server',
  fds: ['script'],
  async play(world) {
    await world.start();
    const peer = await world.join('script', { paused: true });
    await peer.send('!flood 9000\n');
    await world.program.saw('script', /^refused/);
    await peer.send('!abort\n');
    await world.program.saw('script', /^close/);
    peer.resume();
    const { bytes } = await peer.rest();
    world.note(`the peer got ${bytes.length < 9000 * floodLineBytes ? 'less than all' : 'all'}`);
  },
};

/** SIGTERM while every connection sends and receives. */
const stopUnderLoad: Scenario = {
  name: 'stop_under_load',
  program: 'server',
  fds: [],
  async play(world) {
    await world.start();
    const load = Buffer.alloc(1 << 20, 'load');
    const peers: Peer[] = [];
    for (let n = 0; n < 20; ++n) peers.push(await world.connect('mirror'));
    for (const peer of peers) {
      // The answers of half of them are never read.
      if (peers.indexOf(peer) % 2 === 0) peer.pause();
      peer.send(load).catch(() => {});
    }
    await peers[1]?.bytes(1 << 19);
    await world.finish();
    for (const peer of peers) peer.resume();
    await Promise.all(peers.map((peer) => peer.rest()));
    world.note('every peer saw an end');
    world.note(`closed: ${world.counter('closed')} of ${world.counter('accepted')}`);
  },
};

/** A handler stops the program: every reactor ends, on either reactor. */
const stopFromHandler = (fd: string): Scenario => ({
  name: `stop_from_${fd}`,
  program: 'server',
  fds: ['script', 'aside'],
  async play(world) {
    await world.start();
    const script = await world.join('script');
    const aside = await world.join('aside');
    const peer = fd === 'script' ? script : aside;
    await peer.send('!flood 5\n!stop\n');
    const { end, bytes } = await peer.rest();
    world.note(`${bytes.length / floodLineBytes} lines, then ${end}`);
    await world.finish(world.program.ended());
  },
});

/** All of them. */
export const endScenarios: readonly Scenario[] = [
  reset,
  resetWhileSending,
  peerFinishesFirst,
  weFinishFirst,
  weEnd,
  abortWhileSending,
  stopUnderLoad,
  stopFromHandler('script'),
  stopFromHandler('aside'),
];
