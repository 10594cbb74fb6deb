/** When `npm run platforms` fails: its exit code is what a workflow looks at. */
import { spawnSync } from 'node:child_process';
import test from 'ava';
import { diagnostic } from '../../generator/report/diagnostic.ts';
import { repository } from '../generator/workspace.ts';
import { emulationName, isWrong, spokenWords, unknownNames, withoutAddon } from './verdict.ts';

test('a build without an addon fails, but for tools that are not there', (t) => {
  const tried = { target: 'linux-arm64', tried: 'zig', command: 'nothing' };
  t.false(isWrong([withoutAddon([diagnostic('LOOM2031', tried)])]));
  const broken = { file: 'small.node', target: 'linux-arm64', reason: 'no', hint: 'none' };
  t.true(isWrong(['linux-arm64', 'no', withoutAddon([diagnostic('LOOM2033', broken)])]));
  t.true(isWrong([withoutAddon([])]));
});

test('a conversation that no backend held fails, and one of two is enough', (t) => {
  t.true(isWrong([spokenWords('io_uring LOOM5001, epoll LOOM5002')]));
  t.true(isWrong([spokenWords('')]));
  t.is(spokenWords('io_uring LOOM5001, epoll passed'), 'io_uring LOOM5001, epoll passed');
  t.false(isWrong([spokenWords('io_uring LOOM5001, epoll passed'), 'no']));
  t.true(isWrong(['the same', 'OTHER BYTES']));
});

test('a name that there is no row of is refused before anything is built', (t) => {
  t.deepEqual(unknownNames(['linux-x64', emulationName, 'linux-arm46']), ['linux-arm46']);
  const given = ['--import', 'tsx', 'test/platforms/main.ts', 'linux-arm46', '--brief'];
  const ran = spawnSync(process.execPath, given, { cwd: repository, encoding: 'utf8' });
  t.is(ran.status, 2, ran.stderr);
  t.regex(ran.stderr, /there is no target 'linux-arm46'; use one of: linux-x64, /);
});
