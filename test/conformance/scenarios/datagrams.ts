/** Scenarios of datagrams, over UDP and over unix sockets, with peers in Python. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UnixPeer } from '../unix_peer.ts';
import type { Scenario, World } from '../world.ts';

/** A peer that ends with the scenario. */
function datagramPeer(world: World): UnixPeer {
  return world.adopt(new UnixPeer('datagram_peer.py'));
}

/** Starts the program with a path of its own, where it has one. @returns the path */
async function start(world: World, addresses: Record<string, string> = {}): Promise<string> {
  const path = join(world.folder, 'datagram.sock');
  await world.start({ ...(world.stage.backend === 'iocp' ? {} : { path }), ...addresses });
  return path;
}

/** A UDP peer of one of the program's fds. */
async function udpPeer(world: World, fd: string): Promise<UnixPeer> {
  const peer = datagramPeer(world);
  await peer.ask('udp 127.0.0.1:0');
  await peer.ask(`to ${world.address(fd)}`);
  return peer;
}

/** Every length from nothing to the longest comes whole, and goes back whole, or to a third. */
const boundaries: Scenario = {
  name: 'datagram_boundaries',
  program: 'datagrams',
  fds: ['udp'],
  async play(world) {
    await start(world);
    const peer = await udpPeer(world, 'udp');
    for (const bytes of [1, 0, 1472, 1473, 65507, 0, 2]) {
      await peer.ask(`zeros ${bytes}`);
      world.note(await peer.ask('receive'));
    }
    const other = await udpPeer(world, 'udp');
    for (const text of ['one', 'two', 'three']) await other.ask(`send ${text}`);
    world.note(await other.ask('receives 3'));
    const third = datagramPeer(world);
    const name = await third.ask('udp 127.0.0.1:0');
    await peer.ask(`send !tell ${name} from a stranger`);
    world.note(await third.ask('receive'));
  },
};

/** What is longer than a receive buffer is cut, and said to be; the next one is whole again. */
const truncation: Scenario = {
  name: 'datagram_truncation',
  program: 'datagrams',
  fds: ['narrow'],
  async play(world) {
    await start(world);
    const peer = await udpPeer(world, 'narrow');
    for (const bytes of [15, 16, 17, 1000, 16]) {
      await peer.ask(`zeros ${bytes}`);
      world.note(await peer.ask('receive'));
    }
    await world.finish();
    world.note(`truncated: ${world.counter('datagrams_truncated')}`);
  },
};

/** As many as the queue has room for leave in order; those past it are refused whole. */
const many: Scenario = {
  name: 'datagram_many',
  program: 'datagrams',
  fds: ['udp'],
  async play(world) {
    await start(world);
    const peer = await udpPeer(world, 'udp');
    await peer.ask('send !many 20');
    world.note(await peer.ask('receives 16'));
    await world.finish();
    world.note(`refused: ${world.counter('writes_refused')}`);
  },
};

/** Nobody is there: the handler hears of it, and hears the peer once there is one. */
const refused: Scenario = {
  name: 'datagram_refused',
  program: 'datagrams',
  fds: ['peer'],
  async play(world) {
    const peer = datagramPeer(world);
    const name = await peer.ask('udp 127.0.0.1:0');
    await peer.ask('close');
    await start(world, { peer: name });
    await world.program.saw('peer', /^error/);
    await peer.ask(`udp ${name}`);
    await peer.ask(`to ${world.address('peer')}`);
    await peer.ask('send here I am');
    world.note(await peer.ask('receive'));
  },
};

/** A client of one peer: it speaks first, and nobody else is heard. */
const single: Scenario = {
  name: 'datagram_peer',
  program: 'datagrams',
  fds: ['peer'],
  async play(world) {
    const peer = datagramPeer(world);
    await start(world, { peer: await peer.ask('udp 127.0.0.1:0') });
    const stranger = await udpPeer(world, 'peer');
    await stranger.ask('send I am a stranger');
    world.note(await peer.ask('answer yes, me'));
    world.note(await peer.ask('receive'));
  },
};

/** What is sent to a group arrives, with the group it was sent to. */
const group: Scenario = {
  name: 'datagram_group',
  program: 'datagrams',
  fds: ['group'],
  async play(world) {
    await start(world);
    const port = world.address('group').split(':').at(-1);
    const peer = datagramPeer(world);
    await peer.ask('udp 127.0.0.1:0');
    await peer.ask('interface 127.0.0.1');
    for (const to of ['239.255.77.3', '239.255.77.2', '127.0.0.1']) {
      await peer.ask(`to ${to}:${port}`);
      world.note(`to ${to}: ${await peer.ask(`send ${to}`)}`);
    }
    world.note(await peer.ask('receive'));
    world.note(await peer.ask('receive'));
  },
};

/** Unix sockets by path and by a name of the kernel's choice; a peer without a name, and none. */
const unixSockets: Scenario = {
  name: 'datagram_unix',
  program: 'datagrams',
  fds: ['path', 'abstract'],
  async play(world) {
    const path = await start(world);
    const peer = datagramPeer(world);
    await peer.ask(`unix ${join(world.folder, 'peer.sock')}`);
    for (const to of [path, world.address('abstract')]) {
      await peer.ask(`to ${to}`);
      await peer.ask('send hello');
      world.note(await peer.ask('receive'));
      await peer.ask('zeros 0');
      world.note(await peer.ask('receive'));
    }
    await peer.ask('send !many 40');
    world.note(await peer.ask('receives 40'));
    await peer.ask(`send !tell ${join(world.folder, 'nobody.sock')} hello`);
    await world.program.saw('abstract', /^error/);
    await world.finish();
    world.note(`its path is gone: ${!existsSync(path)}`);
  },
};

/** All of them. */
export const datagramScenarios: readonly Scenario[] = [
  boundaries,
  truncation,
  many,
  refused,
  single,
  group,
  unixSockets,
];
