/**
 * A program on a kernel that is older than what its config declares: it says so, and does what such
 * a kernel can. A kernel without io_uring as a whole is release.test.ts's.
 */

import test from 'ava';
import { buildPreload, buildProgram, buildTool } from './build.ts';
import { declareScenarios, playOnce, scenarios } from './play.ts';
import type { Stage } from './world.ts';

/** Before Linux 6.10, whose receives fill one buffer each. */
async function beforeBundles(): Promise<Stage> {
  const config = 'server/level.config.ts';
  const [server, narrow, preload] = await Promise.all([
    buildProgram({ name: 'server', flavour: 'checked', config }),
    buildTool('narrow'),
    buildPreload('older_kernel'),
  ]);
  return {
    executables: { server, narrow, client: '', descriptors: '', datagrams: '', deaf: '' },
    backend: 'io_uring',
    environment: { LD_PRELOAD: preload },
  };
}

const stage = beforeBundles();

// What bundles are for: many bytes, many messages at once, many connections.
const list = scenarios.filter(({ name }) => ['large_raw', 'large_frame', 'many'].includes(name));

declareScenarios(test, 'io_uring before 6.10, bundle', () => stage, list);

test('a fd whose receives cannot be bundled says so once, and what it does instead', async (t) => {
  t.timeout(240_000);
  const pieces = scenarios.find(({ name }) => name === 'pieces');
  if (pieces === undefined) return t.fail('the scenario is gone');
  const { talk, backends } = await playOnce(await stage, pieces, 1);
  t.deepEqual(backends, [1, 1]);
  const said = talk.filter((line) => line.includes('bundled receives'));
  t.is(said.length, new Set(said).size);
  t.true(
    said.includes(
      'loom: fds.script: this kernel has no bundled receives, which Linux 6.10 brought; ' +
        "receive.strategy 'bundle' is 'multishot' here",
    ),
    talk.join('\n'),
  );
});
