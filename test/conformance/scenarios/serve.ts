/**
 * Scenarios about serving: more connections than slots, IPv6, unix sockets, two reactors.
 */

import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Peer } from '../peer.ts';
import type { Scenario } from '../world.ts';

const floodSize = 40;

/** Past the last slot a server refuses, at once and counted; a freed slot serves again. */
const floodRefused: Scenario = {
  name: 'flood_refused',
  program: 'server',
  fds: ['script'],
  async play(world) {
    await world.start();
    const served: Peer[] = [];
    for (let n = 0; n < 8; ++n) served.push(await world.join('script'));
    const late = Array.from({ length: floodSize }, () => world.connect('script'));
    const rests = await Promise.all((await Promise.all(late)).map((peer) => peer.rest()));
    const empty = rests.filter(({ bytes }) => bytes.length === 0);
    world.note(`${empty.length} of ${floodSize} were refused without a byte`);
    for (const peer of served) world.note(`served: ${await peer.ask('!note')}`);
    served[3]?.end();
    await world.program.saw('script', /^close/);
    const next = await world.join('script');
    world.note(`in the freed slot: ${await next.ask('!note')}`);
    await world.finish();
    world.note(`refused: ${world.counter('refused')}, accepted: ${world.counter('accepted')}`);
  },
};

/** With `full: 'wait'` a connection past the last slot is served once one is free. */
const floodWaits: Scenario = {
  name: 'flood_waits',
  program: 'server',
  fds: ['queue'],
  async play(world) {
    await world.start();
    const witness = await world.join('aside');
    const served = [await world.join('queue'), await world.join('queue')];
    const waiting: Peer[] = [];
    for (let n = 0; n < floodSize; ++n) waiting.push(await world.connect('queue'));
    const answers = waiting.map((peer) => peer.ask('!note'));
    Promise.allSettled(answers);
    for (const peer of served) world.note(`served: ${await peer.ask('!note')}`);
    world.note(`elsewhere: ${await witness.ask('!note')}`);
    const opened = world.program.noted.filter((one) => one.fd === 'queue' && one.event === 'open');
    world.note(`open while two are served: ${opened.length}`);
    for (const peer of served) peer.end();
    for (const [n, answer] of answers.entries()) {
      await answer;
      waiting[n]?.end();
    }
    await world.program.saw('queue', /^close/, floodSize + 2);
    await world.finish();
    world.note(`refused: ${world.counter('refused')}, accepted: ${world.counter('accepted')}`);
  },
};

/** Connections come and go faster than slots are looked at: slots and generations are reused. */
const churn: Scenario = {
  name: 'churn',
  program: 'server',
  fds: [],
  async play(world) {
    await world.start();
    const visit = async (): Promise<void> => {
      for (let n = 0; n < 50; ++n) {
        const peer = await world.connect('mirror');
        if (n % 3 === 0) {
          peer.reset();
          continue;
        }
        await peer.send('abc');
        await peer.bytes(3);
        peer.end();
        await peer.rest();
      }
    };
    await Promise.all(Array.from({ length: 8 }, visit));
    const last = await world.connect('mirror');
    await last.send('last');
    world.note((await last.bytes(4)).toString());
    last.end();
    await last.rest();
    await world.finish();
    world.note(
      `closed as often as accepted: ${world.counter('closed') === world.counter('accepted')}`,
    );
    world.note(`refused: ${world.counter('refused')}`);
  },
};

/** IPv6, and two reactors of one program that serve at once. */
const sixAndTwo: Scenario = {
  name: 'six_and_two',
  program: 'server',
  fds: ['six', 'aside', 'script'],
  async play(world) {
    await world.start();
    world.note(`six listens on ${world.address('six').replace(/\d+$/, 'PORT')}`);
    for (const fd of ['six', 'aside', 'script']) {
      const peer = await world.join(fd);
      world.note(`${fd}: ${await peer.ask('!note')}`);
      peer.end();
      world.note(`${fd}: ${(await peer.rest()).end}`);
    }
    const ending = await world.finish();
    const reactors = Object.entries(ending.counters);
    for (const [name, counters] of reactors) world.note(`${name} accepted ${counters.accepted}`);
  },
};

/** Waits until nobody listens on `path`: the kernel closes a killed ring's sockets a bit later. */
async function untilStale(path: string): Promise<void> {
  for (;;) {
    try {
      (await Peer.connect(path)).destroy();
    } catch {
      return;
    }
  }
}

/** A unix socket has the declared mode, replaces a stale one, and is gone afterwards. */
const unixSocket: Scenario = {
  name: 'unix_socket',
  program: 'server',
  fds: ['local'],
  async play(world) {
    const killed = world.launch();
    await killed.ready();
    killed.signal('SIGKILL');
    await killed.ended();
    const path = join(world.folder, 'local.sock');
    await untilStale(path);
    world.note(`after a kill the path is ${existsSync(path) ? 'there' : 'gone'}`);
    await world.start();
    world.note(`mode ${(statSync(path).mode & 0o777).toString(8)}`);
    const peer = await world.join('local');
    world.note(await peer.ask('!note'));
    const second = world.launch();
    const refused = await second.ended();
    const says = refused.talk.some((line) => line.includes('LOOM5002'));
    world.note(`a second one: exit ${refused.exitCode}, LOOM5002: ${says}`);
    // The second one looked whether somebody listens; that connection is gone, too.
    await world.program.saw('local', /^close: ended/);
    world.note(`the first still answers: ${await peer.ask('!note')}`);
    await world.finish();
    world.note(`after a stop the path is ${existsSync(path) ? 'there' : 'gone'}`);
    writeFileSync(path, 'a file of somebody else');
    const third = await world.launch().ended();
    world.note(
      `over a file: exit ${third.exitCode}, the file is ${existsSync(path) ? 'there' : 'gone'}`,
    );
  },
};

/** All of them. */
export const serveScenarios: readonly Scenario[] = [
  floodRefused,
  floodWaits,
  churn,
  sixAndTwo,
  unixSocket,
];
