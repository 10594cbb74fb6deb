/** What a build checks besides the config: the TypeScript that it names. */
import { readFileSync } from 'node:fs';
import { textHash } from '../collect_reads.ts';
import type { Diagnostic } from '../report/diagnostic.ts';
import { readStamp, type StampKey } from '../stamp.ts';
import { listHash, namedScripts, traceSuffix } from '../trace/named_files.ts';
import type { LoweredProgram } from './program.ts';

/**
 * Looks for calls that block in the handlers that the config's `trace.typescript` names. They are
 * not parsed again while they are what they were at the last build, which found nothing in them.
 * From here on they, and which they are, are among the program's inputs, so that a build without
 * changes sees to them.
 *
 * @param installation from `installationMark`.
 * @returns LOOM7201 to LOOM7203.
 */
export async function checkTypeScript(
  program: LoweredProgram,
  key: StampKey,
  installation: string | null,
): Promise<Diagnostic[]> {
  const globs = program.trace?.typescript ?? [];
  if (globs.length === 0) return [];
  const { folder, out, plainOut, inputs } = program;
  const places = { folder, globs, outs: [out, plainOut, plainOut + traceSuffix] };
  const paths = namedScripts(places);
  const hashes = paths.map((path) => [path, textHash(path)] as const);
  const stamp = readStamp(key);
  if (inputs !== null) inputs.named = { ...places, hash: listHash(paths) };
  const reads = inputs?.reads.files ?? {};
  for (const [path, hash] of hashes) if (hash !== null) reads[path] = hash;
  const isKnown = stamp !== null && installation !== null && stamp.installation === installation;
  const known = isKnown ? stamp.inputs.reads.files : {};
  if (hashes.every(([path, hash]) => hash !== null && known[path] === hash)) return [];
  const { blockingTypeScript } = await import('../trace/typescript_blocking.ts');
  return blockingTypeScript(new Map(paths.map((path) => [path, readFileSync(path, 'utf8')])));
}
