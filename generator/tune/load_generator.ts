/** The load generator that comes with loomgen, templates/load: compiled once for each run. */
import { join } from 'node:path';
import { Child } from '../measure/child.ts';
import { packageRoot } from '../package_root.ts';
import { DiagnosticError, diagnostic } from '../report/diagnostic.ts';
import type { Environment } from '../environment.ts';
import { findTool, furtherWords, tools } from '../tools.ts';

/** Longest compilation of it. */
const compileMilliseconds = 300_000;

/**
 * Compiles the load generator.
 *
 * @param folder where it goes, absolute.
 * @param environment the environment whose compiler it is.
 * @returns its path.
 * @throws DiagnosticError when there is no compiler, or it refuses.
 */
export async function buildLoadGenerator(
  folder: string,
  environment: Environment = process.env,
): Promise<string> {
  const tool = tools.find(({ variable }) => variable === 'CXX');
  const compiler = tool && findTool(tool, environment);
  if (tool === undefined || compiler === undefined) {
    throw new DiagnosticError([
      diagnostic('LOOM2003', { tried: tool?.programs.join(', ') ?? 'c++' }),
    ]);
  }
  const out = join(folder, 'load');
  const source = join(packageRoot(), 'templates', 'load', 'main.cpp');
  const own = ['-std=c++20', '-O2', '-o', out, source];
  const words = [compiler, ...furtherWords(tool, environment), ...own];
  const child = new Child('the compiler', words, undefined, { environment });
  try {
    const ending = await child.ended(compileMilliseconds);
    if (ending === 'exit 0') return out;
    const error = `${ending}: ${child.talk.join(' | ')}`;
    const command = words.join(' ');
    throw new DiagnosticError([diagnostic('LOOM2008', { error, command })]);
  } finally {
    await child.kill();
  }
}
