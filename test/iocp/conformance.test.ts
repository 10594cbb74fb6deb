/**
 * The scenario list on IOCP, under wine, with callbacks and with fibers: the same transcripts as on
 * Linux, of everything that is there. What needs unix sockets, signals, pipes or descriptors is
 * not; datagrams are in datagrams.test.ts. Without MinGW and wine it is skipped by name; so it is
 * among all suites, where the echo program alone runs, because four programs take a compiler a
 * minute and more.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { buildProgram, buildTool, here } from '../conformance/build.ts';
import { fiberScenarios } from '../conformance/fibers.ts';
import { declareScenarios, playOnce, scenarios } from '../conformance/play.ts';
import type { Scenario, Stage } from '../conformance/world.ts';
import { heavy, stageUnderWine } from './wine.ts';

/** About paths of unix sockets; what else uses one listens on TCP here (iocp.config.ts). */
const aboutPaths = ['unix_socket', 'unix_pair'];
/** Its transcript says that a unix socket cannot be reset; see the last test. */
const tellsUnixFromTcp = 'we_end';

/** The programs of each style; relative to test/conformance, like every config of its programs. */
const callbacks = {
  server: '../conformance/server/iocp.config.ts',
  client: '../conformance/client/iocp.config.ts',
};
const fibers = {
  server: '../conformance/server/iocp_fiber.config.ts',
  client: '../conformance/client/iocp_fiber.config.ts',
};

/** Those of `list` that can be played here. */
const playable = (list: readonly Scenario[]): Scenario[] =>
  list.filter(
    ({ name, program }) =>
      (program === 'server' || program === 'client') &&
      ![...aboutPaths, tellsUnixFromTcp].includes(name),
  );

async function prepare(configs: { server: string; client: string }): Promise<Stage> {
  const [server, client, narrow, deaf] = await Promise.all([
    ...Object.entries(configs).map(([name, config]) =>
      buildProgram({ name, flavour: 'checked', config, isOnIocp: true }),
    ),
    ...['narrow', 'deaf'].map(buildTool),
  ]);
  if (!(server && client && narrow && deaf)) throw new Error('a program is missing');
  return stageUnderWine({ server, client, narrow, deaf });
}

/** What `we_end` comes to where `local` is TCP. */
function withoutUnix(): string {
  const expected = readFileSync(join(here, 'expected', `${tellsUnixFromTcp}.txt`), 'utf8');
  return expected.replace(/(local !(?:abort|throw): 0 lines, then) end/g, '$1 reset');
}

if (heavy === null) {
  const stage = prepare(callbacks);
  declareScenarios(test, 'iocp', () => stage, playable(scenarios));

  test('iocp: we_end, where `local` is reset as TCP is', async (t) => {
    t.timeout(480_000);
    const scenario = scenarios.find(({ name }) => name === tellsUnixFromTcp);
    if (scenario === undefined) return t.fail('the scenario is gone');
    const { transcript, backends } = await playOnce(await stage, scenario, 1);
    t.is(transcript, withoutUnix());
    t.deepEqual(backends, [4, 4]);
  });

  // One after the other: each build takes a compiler half a minute.
  const fiberStage = stage.then(() => prepare(fibers));
  declareScenarios(test, 'iocp, fibers', () => fiberStage, playable(fiberScenarios));
} else {
  test.skip(`iocp: ${playable(scenarios).length} scenarios (${heavy})`, (t) => t.pass());
}
