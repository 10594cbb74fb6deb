/**
 * The step of `build` that looks for blocking calls. What was once found clean is remembered by the
 * content of all of its sources, so that a build loads the parser only when one of them changed.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultCacheFolder } from '../cache_folder.ts';
import { textHash } from '../collect_reads.ts';
import type { LoweredProgram } from '../commands/program.ts';
import { sha256 } from '../plan.ts';
import { type Diagnostic, DiagnosticError, hasErrors } from '../report/diagnostic.ts';
import { cppSources } from './sources.ts';

/** Where it is noted that sources are clean; null when there is no folder to trust. */
function markPath(out: string, content: string): string | null {
  const folder = defaultCacheFolder(out);
  return folder === false ? null : join(folder, 'handlers', sha256(content).slice(0, 32));
}

/** Notes it, if that can be noted. */
function remember(path: string): void {
  try {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, '');
  } catch {
    // A cache that cannot be written to costs time and nothing else.
  }
}

/**
 * Looks for blocking calls in the handlers of a program. The sources become inputs of the build:
 * one that changes nothing else is then no build without changes.
 *
 * @param installation what tells one loomgen from another; null: nothing is remembered.
 * @returns warnings.
 * @throws DiagnosticError when a handler surely blocks.
 */
export async function checkHandlers(
  program: LoweredProgram,
  installation: string | null,
): Promise<Diagnostic[]> {
  const { ir, out, inputs } = program;
  const handlers = ir.reactors.flatMap((reactor) => reactor.handlers.map(({ name }) => name));
  if (handlers.length === 0) return [];
  const { texts: sources, diagnostics: leftOut } = cppSources(ir, out);
  if (sources.size === 0) return leftOut;
  for (const file of sources.keys()) {
    const hash = textHash(file);
    if (inputs !== null && hash !== null) inputs.reads.files[file] = hash;
  }
  const mark = markPath(out, JSON.stringify([installation, ir.backends, handlers, ...sources]));
  if (installation !== null && mark !== null && existsSync(mark)) return leftOut;
  const [{ openCppTree }, { factsOf }, { checkBlocking }, { checkRequests }] = await Promise.all([
    import('../trace/cpp_tree.ts'),
    import('./facts.ts'),
    import('./check.ts'),
    import('./requests.ts'),
  ]);
  const parser = await openCppTree();
  const facts = [...sources].map(([file, text]) => factsOf(parser, file, text));
  const found = [...checkRequests(facts, sources, ir), ...checkBlocking(facts, handlers)];
  // What is too large is said at each build: it is no input, and is not looked into.
  if (hasErrors(found)) throw new DiagnosticError(found);
  if (found.length === 0 && installation !== null && mark !== null) remember(mark);
  return [...leftOut, ...found];
}
