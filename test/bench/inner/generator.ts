/**
 * What `loomgen build --no-compile` takes, beside a Node that does nothing. The example is built in
 * a copy, whose cache of transformed configs can be thrown away.
 */

import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { here } from '../compile.ts';
import { type Entrant, type Inner, once } from './entrant.ts';
import { used } from './usage.ts';

const root = join(here, '../..');

/** What a build finds. */
type State = 'cold' | 'warm' | 'no-change';

/** The copy of the example. */
interface Copy {
  /** What builds it. */
  command: readonly string[];
  out: string;
  /** Where loomgen keeps transformed configs: in the nearest node_modules. */
  cache: string;
}

/** Copies the example until this process ends, and bundles loomgen as users have it. */
const prepare = once(async (): Promise<Copy> => {
  const folder = mkdtempSync(join(tmpdir(), 'loom-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const source = join(folder, 'orderbook');
  const out = join(folder, 'emitted');
  cpSync(join(root, 'examples/orderbook'), source, { recursive: true });
  mkdirSync(join(source, 'node_modules'));
  await promisify(execFile)(process.execPath, [join(root, 'setup/bundle.mjs')]);
  const parameters = ['build', join(source, 'loom.config.ts'), '--out', out];
  return {
    command: [
      ...[process.execPath, join(root, 'bin/loomgen.js'), ...parameters],
      ...['--no-compile', '--quiet'],
    ],
    out,
    cache: join(source, 'node_modules/.cache'),
  };
});

/** Makes it so that the next build finds `state`. */
async function arrange({ command, out, cache }: Copy, state: State): Promise<void> {
  const remove = (folder: string) => rmSync(folder, { recursive: true, force: true });
  if (state === 'cold') remove(cache);
  else if (!existsSync(join(out, 'loom.manifest.json'))) await used('loomgen', command);
  if (state !== 'no-change') remove(out);
}

const empty: Entrant = {
  name: 'node',
  about: 'Node with an empty program',
  build: async () => () => used('node', [process.execPath, '-e', '0']),
};

function builds(state: State, about: string): Inner {
  const loomgen: Entrant = {
    name: 'loomgen',
    about,
    build: async () => {
      const copy = await prepare();
      return async () => {
        await arrange(copy, state);
        return used('loomgen', copy.command);
      };
    },
  };
  return {
    name: `generate-${state}`,
    about: `loomgen build examples/orderbook --no-compile, ${about}`,
    metric: 'cpu',
    quick: state === 'no-change',
    entrants: [empty, loomgen],
  };
}

/** Every scenario of the generator. */
export const generator: readonly Inner[] = [
  builds('cold', 'no output, nothing cached'),
  builds('warm', 'no output, the config transformed before'),
  builds('no-change', 'nothing to write'),
];
