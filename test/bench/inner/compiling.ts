/**
 * How long the emitted project of examples/echo compiles, and how large what comes of it is.
 * Without ccache: what it saves depends on what was compiled before.
 */

import { execFile } from 'node:child_process';
import { cpSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from '../../../generator/commands/build.ts';
import { Discarded } from '../../../generator/measure/child.ts';
import { buildFolder, here } from '../compile.ts';
import type { Figures } from '../trial.ts';
import { type Entrant, type Inner, once } from './entrant.ts';
import { used } from './usage.ts';

const run = promisify(execFile);
const folder = join(buildFolder, 'compile');
const source = join(folder, 'echo');
const out = join(folder, 'emitted');
const release = join(out, 'build/release');

/** What the emitted project makes: the target, and the file. */
const products = {
  standalone: { target: 'echo', file: join(release, 'echo'), about: 'the executable' },
  addon: { target: 'echo_addon', file: join(release, 'echo.node'), about: 'the .node' },
} as const;
type Product = keyof typeof products;

/** A compile takes seconds, and a round has all of them. */
const roundsAtMost = 5;

/** A command that compiles a target. */
const making = (target: string): string[] => [
  ...['env', 'CCACHE_DISABLE=1'],
  ...['cmake', '--build', release, '--target', target],
];

/** Runs it without measuring. */
async function make(target: string): Promise<void> {
  const [file = '', ...parameters] = making(target);
  await run(file, parameters, { maxBuffer: 2 ** 26 });
}

/** Emits the project from a copy, whose handler can be touched, and configures it. */
const prepare = once(async () => {
  rmSync(folder, { recursive: true, force: true });
  cpSync(join(here, '../../examples/echo'), source, { recursive: true });
  const config = join(source, 'loom.config.ts');
  const { exitCode, diagnostics } = await build({ config, out, compile: false });
  if (exitCode !== 0) throw new Error(JSON.stringify(diagnostics, null, 2));
  await run('cmake', ['--preset', 'release'], { cwd: out });
});

/** Compiles from nothing. */
async function cold({ target }: { target: string }): Promise<Figures> {
  await make('clean');
  return used('cmake', making(target));
}

/** Compiles after a change of the handler. @throws {Discarded} when nothing was made anew */
async function incremental({ target, file }: { target: string; file: string }): Promise<Figures> {
  await make(target);
  const before = statSync(file).mtimeMs;
  const now = new Date();
  utimesSync(join(source, 'echo.hpp'), now, now);
  const figures = await used('cmake', making(target));
  if (statSync(file).mtimeMs === before) throw new Discarded('nothing was made anew');
  return figures;
}

/** The size of a product, without its symbols where `stripped`. */
async function size({ target, file }: { target: string; file: string }, stripped: boolean) {
  await make(target);
  const measured = stripped ? `${file}.stripped` : file;
  if (stripped) await run('strip', ['-o', measured, file]);
  return { bytes: statSync(measured).size };
}

/** An entrant that needs the emitted project. */
function entrant(name: string, about: string, measure: () => Promise<Figures>): Entrant {
  const build = async () => {
    await prepare();
    return measure;
  };
  return { name, about, build };
}

const names = Object.keys(products) as Product[];

function compiles(name: string, about: string, measure: typeof incremental): Inner {
  return {
    name: `compile-${name}`,
    about: `the emitted project of examples/echo, ${about}`,
    metric: 'time',
    quick: false,
    rounds: roundsAtMost,
    entrants: names.map((one) => entrant(one, products[one].about, () => measure(products[one]))),
  };
}

/** Every scenario of compiling. */
export const compiling: readonly Inner[] = [
  compiles('cold', 'from nothing', cold),
  compiles('incremental', 'after a change of the handler', incremental),
  {
    name: 'binary-size',
    about: 'what the emitted project of examples/echo makes, as built and stripped',
    metric: 'bytes',
    quick: false,
    rounds: 1,
    entrants: names.flatMap((one) => [
      entrant(one, products[one].about, () => size(products[one], false)),
      entrant(`${one}-stripped`, 'the same, stripped', () => size(products[one], true)),
    ]),
  },
];
