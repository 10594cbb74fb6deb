/**
 * The scenario list with other ways to read and to watch: the transcripts are the same. Where each
 * receive completes once is played on io_uring alone, for epoll reads as it does otherwise. One
 * variant says two things, of which each backend hears its own.
 */

import test from 'ava';
import { boundedPart, buildVariant, declareScenarios, scenarios } from './play.ts';

const variants = [
  {
    name: 'oneshot',
    configs: { server: './server/oneshot.config.ts', client: './client/oneshot.config.ts' },
    backends: ['io_uring'],
  },
  {
    name: 'direct',
    configs: { server: './server/direct.config.ts', client: './client/direct.config.ts' },
    backends: ['io_uring', 'epoll'],
  },
  {
    name: 'level, bundle',
    configs: { server: './server/level.config.ts', client: './client/level.config.ts' },
    backends: ['epoll', 'io_uring'],
  },
] as const;

/** What a variant plays: its programs, less what it has nothing of. */
function scenariosOf(variant: string) {
  return boundedPart(scenarios, 3).filter(({ name, program }) => {
    if (program !== 'server' && program !== 'client') return false;
    // A paused connection that is not armed leaves its bytes in the socket: it holds no buffers. A
    // bundled receive that finds none waits for one on Linux 6.18, and there is nothing to count.
    return name !== 'pool_exhausted' || !['oneshot', 'level, bundle'].includes(variant);
  });
}

for (const { name, configs, backends } of variants) {
  const executables = buildVariant('checked', configs);
  for (const backend of backends) {
    const stage = async () => ({ executables: await executables, backend });
    declareScenarios(test, `${backend}, ${name}`, stage, scenariosOf(name));
  }
}
