/** Programs that loomgen emits for the benchmark, with their addons. */

import { join } from 'node:path';
import { build } from '../../../generator/commands/build.ts';
import { buildFolder } from '../compile.ts';

/**
 * Emits and compiles a program.
 * @param config its path
 * @param folder below build/bench
 * @returns the path of its module
 * @throws {Error} with what is wrong
 */
export async function buildAddon(config: string, folder: string): Promise<string> {
  const out = join(buildFolder, folder);
  const { exitCode, diagnostics } = await build({ config, out, force: true });
  if (exitCode !== 0) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return join(out, 'bindings/index.ts');
}
