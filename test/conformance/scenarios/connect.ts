/**
 * Scenarios about clients: refused, late, lost and silent servers, and timers.
 */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Listener } from '../listener.ts';
import type { Scenario, World } from '../world.ts';

/** An address on which nobody listens. */
async function deadAddress(): Promise<{ address: string; port: number }> {
  const listener = await Listener.open();
  listener.close();
  return { address: listener.address, port: listener.port };
}

/** A server that comes late: attempts are refused until it is there. */
const lateServer: Scenario = {
  name: 'late_server',
  program: 'client',
  fds: ['start', 'dialer'],
  async play(world) {
    const { address, port } = await deadAddress();
    await world.start({ dialer: address });
    await world.program.saw('dialer', /^close: refused$/, 3);
    const listener = await Listener.open(port);
    const peer = world.adopt(await listener.accept());
    world.note(`greeted: ${await peer.line()}`);
    await peer.send('welcome\n');
    await world.program.saw('dialer', /^line welcome$/);
    listener.close();
    await world.finish();
    world.note(`the server saw: ${(await peer.rest()).end}`);
  },
};

/** A server that ends, resets, and goes away for a while: the client comes back each time. */
const lostServer: Scenario = {
  name: 'lost_server',
  program: 'client',
  fds: ['dialer'],
  async play(world) {
    let listener = await Listener.open();
    await world.start({ dialer: listener.address });
    let peer = world.adopt(await listener.accept());
    world.note(`first: ${await peer.line()}`);
    peer.end();
    world.note(`after our FIN: ${(await peer.rest()).end}`);
    peer = world.adopt(await listener.accept());
    world.note(`second: ${await peer.line()}`);
    peer.reset();
    peer = world.adopt(await listener.accept());
    world.note(`third: ${await peer.line()}`);
    listener.close();
    peer.reset();
    await world.program.saw('dialer', /^close: refused$/);
    listener = await Listener.open(listener.port);
    peer = world.adopt(await listener.accept());
    world.note(`fourth: ${await peer.line()}`);
    listener.close();
  },
};

/** What a server commands: each way to end a connection, and the next attempt after it. */
const commanded: Scenario = {
  name: 'commanded',
  program: 'client',
  fds: ['dialer'],
  async play(world) {
    const listener = await Listener.open();
    await world.start({ dialer: listener.address });
    for (const command of ['!close', '!abort', '!finish', '!stop']) {
      const peer = world.adopt(await listener.accept());
      world.note(await peer.line());
      await peer.send(`${command}\n`);
      world.note(`${command}: ${(await peer.rest()).end}`);
      if (command !== '!finish') continue;
      await peer.send('after the FIN\n');
      peer.end();
    }
    await world.finish(world.program.ended());
    listener.close();
  },
};

/** With `reconnect: false` a lost connection stays lost. */
const once: Scenario = {
  name: 'once',
  program: 'client',
  fds: ['single'],
  async play(world) {
    const listener = await Listener.open();
    const elsewhere = await Listener.open();
    await world.start({ single: listener.address, dialer: elsewhere.address });
    const peer = world.adopt(await listener.accept());
    world.note(await peer.line());
    peer.end();
    await world.program.saw('single', /^close/);
    // Another client of the same program, with longer pauses, comes back five times meanwhile.
    for (let n = 0; n < 5; ++n) {
      const other = world.adopt(await elsewhere.accept());
      other.end();
      await other.rest();
    }
    listener.close();
    elsewhere.close();
  },
};

/** Two connections of one unix client. */
const unixPair: Scenario = {
  name: 'unix_pair',
  program: 'client',
  fds: ['pair'],
  async play(world) {
    const path = join(world.folder, 'pair.sock');
    const listener = await world.listenAt(path);
    await world.start({ pair: path });
    for (let n = 0; n < 4; ++n) {
      const peer = world.adopt(await listener.accept());
      world.note(await peer.line());
      if (n >= 2) continue;
      peer.end();
      await peer.rest();
    }
    listener.close();
  },
};

/** Starts the listener that answers nobody, and plays with its address. */
async function withDeaf(
  world: World,
  play: (address: string, listen: () => void) => Promise<void>,
): Promise<void> {
  const deaf = spawn(world.stage.executables.deaf, { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const lines = createInterface({ input: deaf.stdout })[Symbol.asyncIterator]();
    const port = (await lines.next()).value;
    await play(`127.0.0.1:${port}`, () => deaf.stdin.write('accept\n'));
  } finally {
    deaf.kill();
  }
}

/** A server that does not answer: connectTimeout ends the attempt, the next one gets through. */
const silentServer: Scenario = {
  name: 'silent_server',
  program: 'client',
  fds: ['dialer'],
  async play(world) {
    await withDeaf(world, async (address, listen) => {
      await world.start({ dialer: address });
      await world.program.saw('dialer', /^close: timed_out$/, 2);
      listen();
      await world.program.saw('dialer', /^open$/);
      await world.finish();
    });
  },
};

/** SIGTERM while a connect is in flight. */
const stopWhileConnecting: Scenario = {
  name: 'stop_while_connecting',
  program: 'client',
  fds: ['single'],
  async play(world) {
    await withDeaf(world, async (address) => {
      await world.start({ single: address });
      await world.finish();
    });
  },
};

/** A periodic and a one-shot timer. */
const timers: Scenario = {
  name: 'timers',
  program: 'client',
  fds: ['beat', 'late'],
  async play(world) {
    await world.start();
    await world.program.saw('beat', /^three/);
    await world.program.saw('late', /^fired/);
  },
};

/** All of them. */
export const connectScenarios: readonly Scenario[] = [
  lateServer,
  lostServer,
  commanded,
  once,
  unixPair,
  silentServer,
  stopWhileConnecting,
  timers,
];
