/**
 * The workflow of this repository: that which `loomgen ci github` writes for a program, for one of
 * the examples, with this repository's tests, and a job that prints the table of targets.
 */
import { ciText, githubJob } from '../../generator/ci_files.ts';
import { installInContainer } from '../../generator/ci_places.ts';

/** Where it is, from the repository's folder. */
export const ownWorkflowPath = '.github/workflows/ci.yml';

/** The tests run rings, which Docker's filter of system calls forbids. */
const containerOptions = '--security-opt seccomp=unconfined --ulimit memlock=-1';

const refresh = 'UPDATE_FIXTURES=1 npx ava test/generator/ci.test.ts';

/** Its text. */
export function ownWorkflow(): string {
  // The checkout belongs to the runner's user, and in the container everybody is root.
  const prepare = [`git config --global --add safe.directory "$PWD"`, 'npm run bundle'];
  const loomgen = 'node bin/loomgen.js';
  const program = ciText('github', {
    ...{ name: 'fibers', config: 'examples/fibers/loom.config.ts', out: 'generated/fibers' },
    platforms: ['linux'],
    own: {
      banner: `# Written by: ${refresh}, as loomgen ci github does.`,
      ...{ loomgen, prepare, test: 'npm test', minutes: 60, containerOptions },
    },
  });
  const platforms = githubJob({
    ...{ name: 'platforms', runner: 'ubuntu-24.04', minutes: 60, containerOptions },
    commands: [
      'dpkg --add-architecture arm64',
      ...installInContainer(['g++-aarch64-linux-gnu', 'qemu-user', 'liburing-dev:arm64']),
      ...prepare,
      `${loomgen} doctor --fix --yes`,
      'npm run platforms -- --twice',
    ],
  });
  return `${program}${platforms}`;
}
