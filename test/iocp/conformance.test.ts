/**
 * The scenario list on IOCP, under wine: the same transcripts as on Linux, of everything that is
 * there. What needs unix sockets, datagrams, signals, pipes or descriptors is not. Without MinGW
 * and wine it is skipped by name; among all suites a few scenarios are played, which between them
 * accept, connect, send more than there is room for, and stop.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { buildProgram, buildTool, here } from '../conformance/build.ts';
import { declareScenarios, playOnce, scenarios } from '../conformance/play.ts';
import type { Stage } from '../conformance/world.ts';
import { missing, prepareWine, wine, wineEnvironment } from './wine.ts';

/** About paths of unix sockets; what else uses one listens on TCP here (iocp.config.ts). */
const aboutPaths = ['unix_socket', 'unix_pair'];
/** Its transcript says that a unix socket cannot be reset; see the last test. */
const tellsUnixFromTcp = 'we_end';
const bounded = ['slow_reader', 'churn', 'late_server', 'stop_under_load'];

/** Relative to test/conformance, like every config of its programs. */
const configs = {
  server: '../conformance/server/iocp.config.ts',
  client: '../conformance/client/iocp.config.ts',
};

const list = scenarios.filter(
  ({ name, program }) =>
    (program === 'server' || program === 'client') &&
    !aboutPaths.includes(name) &&
    name !== tellsUnixFromTcp &&
    (process.env.LOOM_TEST_BOUNDED === undefined || bounded.includes(name)),
);

async function prepare(): Promise<Stage> {
  const [server, client, narrow, deaf] = await Promise.all([
    ...Object.entries(configs).map(([name, config]) =>
      buildProgram({ name, flavour: 'checked', config, isOnIocp: true }),
    ),
    ...['narrow', 'deaf'].map(buildTool),
  ]);
  if (!(server && client && narrow && deaf && wine)) throw new Error('a program is missing');
  prepareWine();
  return {
    executables: { server, client, narrow, deaf, descriptors: '', datagrams: '' },
    backend: 'iocp',
    launcher: [wine],
    environment: wineEnvironment,
    stopSignal: 'SIGINT',
  };
}

if (missing === null) {
  const stage = prepare();
  declareScenarios(test, 'iocp', () => stage, list);

  test('iocp: we_end, where `local` is reset as TCP is', async (t) => {
    t.timeout(480_000);
    const scenario = scenarios.find(({ name }) => name === tellsUnixFromTcp);
    if (scenario === undefined) return t.fail('the scenario is gone');
    const { transcript, backends } = await playOnce(await stage, scenario, 1);
    const expected = readFileSync(join(here, 'expected', `${tellsUnixFromTcp}.txt`), 'utf8');
    t.is(transcript, expected.replace(/(local !(?:abort|throw): 0 lines, then) end/g, '$1 reset'));
    t.deepEqual(backends, [4, 4]);
  });
} else {
  test.skip(`iocp: ${list.length} scenarios (${missing})`, (t) => t.pass());
}
