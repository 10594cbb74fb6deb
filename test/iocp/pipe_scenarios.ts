/**
 * What unix sockets need no scenario for and named pipes do: one server for a name, a pipe that is
 * full while a send is under way, and an abort() then.
 */

import { hashOf } from '../conformance/bytes.ts';
import type { Scenario, World } from '../conformance/world.ts';

/** A line of `!flood`, with its end. */
const floodLineBytes = 1001;
/** More than a pipe, its bridge and the socket behind it hold. */
const floodLines = 8000;

const common = { program: 'server', fds: ['local'] } as const;

/** A second server is refused, and the first still serves. */
export const oneServer: Scenario = {
  ...common,
  name: 'one_server',
  async play(world) {
    await world.start();
    const line = world.program.talk.find((said) => said.includes('named pipe')) ?? '';
    world.note(line.replace(world.folder.slice(1).replaceAll('/', '_'), 'FOLDER'));
    const second = await world.launch().ended();
    const says = second.talk.some((said) => said.includes('LOOM5002'));
    world.note(`a second one: exit ${second.exitCode}, LOOM5002: ${says}`);
    const peer = await world.join('local');
    world.note(await peer.ask('!note'));
  },
};

/** A peer whose pipe is full. */
async function floodedPeer(world: World, nth: number) {
  const peer = await world.join('local', { paused: true });
  await peer.send(`!flood ${floodLines}\n`);
  await world.program.saw('local', /^refused/, nth);
  return peer;
}

/** A full pipe loses nothing; an abort() does not wait for it. */
export const fullPipe: Scenario = {
  ...common,
  name: 'full_pipe',
  async play(world) {
    await world.start();
    const slow = await floodedPeer(world, 1);
    slow.resume();
    const bytes = await slow.bytes(floodLines * floodLineBytes);
    world.note(`${bytes.length / floodLineBytes} lines, hash ${hashOf(bytes)}`);
    const cut = await floodedPeer(world, 2);
    await cut.send('!abort\n');
    await world.program.saw('local', /^close/);
    world.note(`the first still answers: ${await slow.ask('!note')}`);
  },
};
