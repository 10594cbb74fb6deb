/**
 * The workflow of this repository: that which `loomgen ci github` writes for a program, for one of
 * the examples, with this repository's tests, and a job that prints the table of targets.
 */
import { ciText, githubJob } from '../../generator/ci_files.ts';

/** Where it is, from the repository's folder. */
export const ownWorkflowPath = '.github/workflows/ci.yml';

const refresh = 'UPDATE_FIXTURES=1 npx ava test/generator/ci.test.ts';

/** Its text. */
export function ownWorkflow(): string {
  const prepare = ['npm run bundle'];
  const loomgen = 'node bin/loomgen.js';
  const program = ciText('github', {
    ...{ name: 'fibers', config: 'examples/fibers/loom.config.ts', out: 'generated/fibers' },
    platforms: ['linux'],
    own: {
      banner: `# Written by: ${refresh}, as loomgen ci github does.`,
      ...{ loomgen, prepare, test: 'npm test', minutes: 60 },
    },
  });
  const platforms = githubJob({
    ...{ name: 'platforms', runner: 'ubuntu-24.04', minutes: 60 },
    commands: [
      ...prepare,
      `${loomgen} doctor --fix --yes`,
      `${loomgen} doctor aarch64-linux-gnu-g++ qemu-aarch64 --fix --yes`,
      `${loomgen} doctor x86_64-w64-mingw32-g++-posix wine64 --fix --yes`,
      'npm run platforms -- --twice',
    ],
  });
  return `${program}${platforms}`;
}
