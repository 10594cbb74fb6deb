/** Scenarios of descriptors that are no TCP sockets. */

import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { comesTrue } from '../deadline.ts';
import { UnixPeer } from '../unix_peer.ts';
import type { Scenario, World } from '../world.ts';

let names = 0;

/** An abstract name that no other scenario has. */
function abstractName(): string {
  names += 1;
  return `@loom-conformance-${process.pid}-${names}`;
}

/** A peer in Python that ends with the scenario. */
function unixPeer(world: World): UnixPeer {
  return world.adopt(new UnixPeer());
}

/** Packets keep their boundaries both ways; one that is too long ends its connection alone. */
const packets: Scenario = {
  name: 'packets',
  program: 'descriptors',
  fds: ['packets'],
  async play(world) {
    const name = abstractName();
    await world.start({ packets: name, broker: abstractName() });
    world.note(`listens on its name: ${world.address('packets') === name}`);
    const [first, second] = [unixPeer(world), unixPeer(world)];
    world.note(await first.ask(`connect ${name}`));
    await world.program.saw('packets', /^open$/);
    world.note(await second.ask(`connect ${name}`));
    await world.program.saw('packets', /^open$/, 2);
    await first.ask('send one');
    await first.ask('send two');
    world.note(await first.ask('receive'));
    world.note(await first.ask('receive'));
    await first.ask('zeros 1024');
    world.note(await first.ask('receive'));
    await first.ask('send !large');
    world.note(await first.ask('receive'));
    await first.ask('send !burst');
    world.note(await first.ask('sizes 20'));
    await first.ask('zeros 1025');
    world.note(`after one that is too long: ${await first.ask('receive')}`);
    await second.ask('send still here');
    world.note(await second.ask('receive'));
    await second.ask('close');
    await world.program.saw('packets', /^close: ended/);
    await world.finish();
    world.note(`too large: ${world.counter('frames_too_large')}`);
  },
};

/** A client of packets connects to an abstract name once somebody listens there, and again. */
const packetClient: Scenario = {
  name: 'packet_client',
  program: 'descriptors',
  fds: ['dialer'],
  async play(world) {
    const name = abstractName();
    await world.start({ packets: abstractName(), broker: abstractName(), dialer: name });
    await world.program.saw('dialer', /^close: refused/);
    const peer = unixPeer(world);
    world.note(await peer.ask(`listen ${name}`));
    for (const text of ['first', 'second']) {
      world.note(await peer.ask('accept'));
      await peer.ask(`send ${text}`);
      world.note(await peer.ask('receive'));
      await peer.ask('close');
    }
    await world.program.saw('dialer', /^close: ended/, 2);
    world.note(await peer.ask('accept'));
    await world.program.saw('dialer', /^open$/, 3);
    await world.finish();
    world.note(await peer.ask('receive'));
  },
};

/** Signals reach their handler one by one, and an eventfd says what was added to it. */
const signals: Scenario = {
  name: 'signals',
  program: 'descriptors',
  fds: ['reload', 'alarm', 'tickets'],
  async play(world) {
    await world.start({ packets: abstractName(), broker: abstractName() });
    await world.program.saw('alarm', /^count 3$/);
    await world.program.saw('tickets', /^count 1$/, 2);
    for (const [signal, number] of [
      ['SIGHUP', 1],
      ['SIGUSR1', 10],
    ] as const) {
      world.program.signal(signal);
      await world.program.saw('alarm', new RegExp(`^count ${number}$`));
    }
    world.program.signal('SIGUSR2');
    await world.program.saw('tickets', /^count 1$/, 4);
    await world.finish();
  },
};

/** Descriptors arrive before the bytes they came with, and go with theirs; none stays open. */
const passing: Scenario = {
  name: 'passing',
  program: 'descriptors',
  fds: ['broker'],
  async play(world) {
    const name = abstractName();
    await world.start({ packets: abstractName(), broker: name });
    const file = join(world.folder, 'given.txt');
    writeFileSync(file, 'what is in the file');
    const folder = `/proc/${world.program.pid}/fd`;
    const peer = unixPeer(world);
    await peer.ask(`stream ${name}`);
    await world.program.saw('broker', /^open$/);
    const before = readdirSync(folder).length;
    await peer.ask('line first');
    await world.program.saw('broker', /^line 'first'/);
    world.note(await peer.ask(`give 1 ${file}`));
    await peer.ask('line !back');
    world.note(await peer.ask('take after'));
    // The peer may have its bytes before the program has closed what it sent.
    await comesTrue('no more descriptors than before', () => readdirSync(folder).length <= before);
    world.note(await peer.ask(`give 3 ${file}`));
    world.note(await peer.ask('take more'));
    await world.finish();
  },
};

/** The writers of a FIFO come and go, and what is written leaves by another end. */
const pipes: Scenario = {
  name: 'pipes',
  program: 'descriptors',
  fds: ['orders'],
  async play(world) {
    const fifo = join(world.folder, 'orders.fifo');
    execFileSync('mkfifo', [fifo]);
    await world.start({ packets: abstractName(), broker: abstractName(), orders: fifo });
    await world.program.saw('orders', /^open$/);
    for (let n = 1; n <= 3; ++n) {
      await writeFile(fifo, `${'line of a writer\n'.repeat(100)}!sum\n`);
      await world.program.saw('orders', /lines/, n);
    }
    await world.finish();
  },
};

/** All of them. */
export const descriptorScenarios: readonly Scenario[] = [
  packets,
  packetClient,
  signals,
  passing,
  pipes,
];
