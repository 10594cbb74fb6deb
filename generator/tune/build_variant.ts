/**
 * Builds variants, each by a `loomgen build` of its representation in a process of its own: what
 * the user interrupts then ends with everything that it had started.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildResult } from '../commands/build.ts';
import { Child } from '../measure/child.ts';
import { packageRoot } from '../package_root.ts';
import type { JsonDiagnostic } from '../report/json.ts';
import type { Variant } from './variant.ts';

/** Longest build of one variant. */
const buildMilliseconds = 900_000;

/** A variant that can be loaded. */
export interface Built {
  /** Its output folder, absolute. */
  out: string;
  /** Its addon, absolute; null when it was not compiled. */
  addon: string | null;
  /** Its standalone executable, absolute; null where there is none. */
  executable: string | null;
}

/** What `loomgen build --json` says, as far as it is read here. */
type BuildLine = Pick<BuildResult, 'status'> & {
  compiled: { artifacts: string[] } | null;
  diagnostics: JsonDiagnostic[];
};

/**
 * Builds a variant.
 *
 * @param folder a folder that nothing else is in, below the one that the variant was made for.
 * @param compile whether to compile, or only to generate.
 * @returns what was built, or the first thing that is wrong, with its code.
 * @throws {Discarded} when it takes too long.
 */
export async function buildVariant(
  { ir }: Variant,
  folder: string,
  compile: boolean,
): Promise<Built | { failure: string }> {
  const out = join(folder, 'program');
  const representation = join(folder, 'loom.ir.json');
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(representation, `${JSON.stringify(ir, null, 2)}\n`);
  } catch (error) {
    return { failure: (error as Error).message };
  }
  const words = ['build', representation, '--out', out, '--json'];
  if (!compile) words.push('--no-compile');
  const loomgen = join(packageRoot(), 'bin', 'loomgen.js');
  const child = new Child('the build', [process.execPath, loomgen, ...words], undefined, {
    directory: folder,
  });
  try {
    const ending = await child.ended(buildMilliseconds);
    const text = child.lines.join('\n');
    if (!text.startsWith('{')) return { failure: `${ending}: ${child.talk.join(' | ')}` };
    const line = JSON.parse(text) as BuildLine;
    const wrong = line.diagnostics.find(({ severity }) => severity === 'error');
    if (line.status !== 'ok') return { failure: `${wrong?.code}: ${wrong?.message}` };
    const made = (line.compiled?.artifacts ?? []).map((path) => join(out, path));
    return {
      out,
      addon: made.find((path) => path.endsWith('.node')) ?? null,
      executable: made.find((path) => !path.endsWith('.node')) ?? null,
    };
  } finally {
    await child.end();
  }
}
