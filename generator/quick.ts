/**
 * The commands that are answered before anything large is loaded: the version, and a plain `build`
 * in which nothing has changed. Bundled this is one small CommonJS file, because each module that
 * is imported costs more than the comparison itself.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildResult } from './commands/build.ts';
import { type BuildArguments, backendsOf, presetOf, printBuild } from './commands/build_output.ts';
import { data } from './commands/talk.ts';
import { unchangedBuild } from './commands/unchanged.ts';
import { packageRoot } from './package_root.ts';
import { plainBuild } from './plain_words.ts';
import { stampKey } from './stamp.ts';

/** A build that would do nothing, as it was asked for; null when a whole one is needed. */
async function unchangedOf(given: BuildArguments): Promise<BuildResult | null> {
  const writes = given.check !== true && given.dryRun !== true;
  const preset = given.compile && writes ? presetOf(given) : null;
  try {
    const key = stampKey({ ...given, backend: backendsOf(given) }, process.cwd());
    return await unchangedBuild(key, { writes, preset });
  } catch {
    // A working directory that is gone, for one: the whole build says what is wrong.
    return null;
  }
}

/**
 * Answers a command line, if that takes little.
 *
 * @param words what was typed after `loomgen`.
 * @returns the exit code; null when nothing was done and `main` of cli.ts has to be asked.
 */
export async function quick(words: readonly string[]): Promise<number | null> {
  if (words.length === 1 && words[0] === '--version') {
    const description: unknown = JSON.parse(
      readFileSync(join(packageRoot(), 'package.json'), 'utf8'),
    );
    data(String((description as { version?: unknown }).version));
    return 0;
  }
  const given = plainBuild(words);
  if (given === null) return null;
  const result = await unchangedOf(given);
  if (result === null) return null;
  printBuild(given, result);
  return result.exitCode;
}
