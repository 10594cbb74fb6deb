/**
 * The scenario list on IOCP, under wine, with callbacks and with fibers: the same transcripts as on
 * Linux, of everything that is there, with named pipes in the place of unix sockets. What needs
 * signals, pipes or descriptors is not; datagrams are in datagrams.test.ts. Without MinGW and wine
 * it is skipped by name; so it is among all suites, where the echo program alone runs, because four
 * programs take a compiler a minute and more.
 */

import { join } from 'node:path';
import test from 'ava';
import { buildForWine, buildProgram, buildTool, root } from '../conformance/build.ts';
import { fiberScenarios } from '../conformance/fibers.ts';
import { declareScenarios, expectedOf, inTurn, playOnce, scenarios } from '../conformance/play.ts';
import type { Scenario, Stage } from '../conformance/world.ts';
import { fullPipe, oneServer } from './pipe_scenarios.ts';
import { connectToPipe, listenAtPipe } from './pipes.ts';
import { heavy, stageUnderWine } from './wine.ts';

/** About paths in the file system, which a pipe has none of. */
const aboutPaths = 'unix_socket';

/** The programs of each style; relative to test/conformance, like every config of its programs. */
const callbacks = { server: 'server/loom.config.ts', client: 'client/loom.config.ts' };
const fibers = { server: 'server/fiber.config.ts', client: 'client/fiber.config.ts' };

/** Those of `list` that can be played here. */
const playable = (list: readonly Scenario[]): Scenario[] =>
  list.filter(
    ({ name, program }) => (program === 'server' || program === 'client') && name !== aboutPaths,
  );

async function prepare(configs: { server: string; client: string }): Promise<Stage> {
  const [server, client, narrow, deaf] = await Promise.all([
    ...Object.entries(configs).map(([name, config]) =>
      buildProgram({ name, flavour: 'checked', config, isOnIocp: true }),
    ),
    ...['narrow', 'deaf'].map(buildTool),
  ]);
  if (!(server && client && narrow && deaf)) throw new Error('a program is missing');
  const bridge = await buildForWine(join(root, 'test/iocp/pipe_bridge.cpp'));
  return {
    ...stageUnderWine({ server, client, narrow, deaf }),
    paths: {
      connect: (path, options) => connectToPipe(bridge, path, options),
      listen: (path) => listenAtPipe(bridge, path),
    },
  };
}

/** What a transcript says of a flood. */
const hashLine = (transcript: string): string =>
  /\d+ lines, hash \w+/.exec(transcript)?.[0] ?? 'nothing of a flood';

if (heavy === null) {
  const stage = prepare(callbacks);
  declareScenarios(test, 'iocp', () => stage, playable(scenarios));

  const noted = async (scenario: Scenario) =>
    inTurn(async () => (await playOnce(await stage, scenario, 1)).transcript);

  test('iocp: a pipe has one server, and the log says which pipe it is', async (t) => {
    t.timeout(240_000);
    const lines = [
      'peers:',
      'loom: a unix server listens on the named pipe \\\\.\\pipe\\FOLDER_local.sock',
      'a second one: exit 2, LOOM5002: true',
      'noted',
    ];
    const transcript = await noted(oneServer);
    t.true(transcript.includes(`${lines.join('\n  ')}\nexit: 0`), transcript);
  });

  test('iocp: a full pipe loses nothing, and an abort does not wait for it', async (t) => {
    t.timeout(240_000);
    const transcript = await noted(fullPipe);
    t.true(expectedOf({ ...fullPipe, name: 'slow_reader' }).includes(hashLine(transcript)));
    t.regex(transcript, /the first still answers: noted\nexit: 0\nin flight: 0, open: 0/);
  });

  // One after the other: each build takes a compiler half a minute.
  const fiberStage = stage.then(() => prepare(fibers));
  declareScenarios(test, 'iocp, fibers', () => fiberStage, playable(fiberScenarios));
} else {
  test.skip(`iocp: ${playable(scenarios).length} scenarios (${heavy})`, (t) => t.pass());
}
