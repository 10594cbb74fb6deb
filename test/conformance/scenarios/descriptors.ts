/** Scenarios of descriptors that are no TCP sockets. */

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
    await world.start({ packets: name });
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
    await world.start({ packets: abstractName(), dialer: name });
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

/** All of them. */
export const descriptorScenarios: readonly Scenario[] = [packets, packetClient];
