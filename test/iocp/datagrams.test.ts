/**
 * The scenarios of datagrams on IOCP, under wine: the same transcripts as on Linux, of UDP. Peers
 * are processes of Linux. Without MinGW and wine it is skipped by name; so it is among all suites.
 */

import test from 'ava';
import { buildProgram } from '../conformance/build.ts';
import { declareScenarios, inTurn, playOnce, scenarios } from '../conformance/play.ts';
import { UnixPeer } from '../conformance/unix_peer.ts';
import type { Scenario, Stage } from '../conformance/world.ts';
import { heavy, stageUnderWine } from './wine.ts';

/** What cannot be played, and why. */
const leftOut: Readonly<Record<string, string>> = {
  datagram_unix: 'Windows has no datagrams between unix sockets',
  datagram_refused: 'wine 8.0 polls a connected socket no more after its first error',
};

const list = scenarios.filter(({ name, program }) => program === 'datagrams' && !(name in leftOut));

/** The part of datagram_refused that wine can play. */
const refused: Scenario = {
  name: 'datagram_refused',
  program: 'datagrams',
  fds: ['peer'],
  async play(world) {
    const peer = world.adopt(new UnixPeer('datagram_peer.py'));
    const name = await peer.ask('udp 127.0.0.1:0');
    await peer.ask('close');
    await world.start({ peer: name });
    await world.program.saw('peer', /^error/);
  },
};

async function prepare(): Promise<Stage> {
  const config = '../conformance/datagrams/iocp.config.ts';
  const options = { name: 'datagrams', flavour: 'checked', config, isOnIocp: true } as const;
  return stageUnderWine({ datagrams: await buildProgram(options) });
}

if (heavy === null) {
  const stage = prepare();
  declareScenarios(test, 'iocp', () => stage, list);

  test('iocp: a datagram that nobody took is an error of its socket', async (t) => {
    t.timeout(240_000);
    const { transcript } = await inTurn(async () => playOnce(await stage, refused, 1));
    t.regex(transcript, /^peer:\n(?: {2}error: system ECONNREFUSED\n)+peers:/);
  });
} else {
  test.skip(`iocp: ${list.length} scenarios of datagrams (${heavy})`, (t) => t.pass());
}
