/**
 * Compares the requests that C++ sources make of the system with the table of operations: what the
 * backend of a platform lacks that the config names is refused before anybody finds out there.
 */
import type { Ir } from '../../schemas/ir.ts';
import { supportOf, type SystemOperationName, systemOperations } from '../../schemas/operations.ts';
import { type Diagnostic, diagnostic } from '../report/diagnostic.ts';
import type { Deed, SourceFacts } from './facts.ts';

/** An operation that a backend lacks. */
interface Lack {
  operation: string;
  reason: string;
}

/** What kqueue lacks, by the function of `loom::system` that asks for it alone. */
function lacksOfKqueue(): Map<string, Lack> {
  const names = Object.keys(systemOperations) as SystemOperationName[];
  const refused = names.filter((name) => supportOf('kqueue', name).way === 'refused');
  const given = new Set(names.filter((name) => !refused.includes(name)).map(builderOf));
  const own = refused.filter((name) => !given.has(builderOf(name)));
  return new Map(
    own.map((name) => [
      builderOf(name),
      { operation: name, reason: supportOf('kqueue', name).how },
    ]),
  );
}

function builderOf(name: SystemOperationName): string {
  return systemOperations[name].builder;
}

/** The directives that open, turn and close a conditional. */
const conditional = /^\s*#\s*(if|ifdef|ifndef|elif|elifdef|elifndef|else|endif)\b(.*)$/;

/** Lines that only Linux compiles, counted from 1: `#if defined(__linux__)` to its end. */
function linuxLines(text: string): Set<number> {
  const lines = new Set<number>();
  // Of each conditional that is open: whether the branch is Linux's alone.
  const open: boolean[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, word = '', condition = ''] = conditional.exec(line) ?? [];
    const names = /^\s*(?:defined\s*\(?\s*)?__linux__\s*\)?\s*(?:\/[/*].*)?$/.test(condition);
    const isLinux = names && !word.endsWith('ndef');
    if (word.startsWith('if')) open.push(isLinux);
    else if (word === 'endif') open.pop();
    else if (word.startsWith('el')) open[open.length - 1] = isLinux;
    else if (open.includes(true)) lines.add(index + 1);
  }
  return lines;
}

/** The function of `loom::system` that a call is of; null for another. */
function builderIn({ kind, name }: Deed): string | null {
  if (kind !== 'call') return null;
  return /^(?:::)?(?:loom::)?system::(\w+)$/.exec(name)?.[1] ?? null;
}

/**
 * Compares sources with the table.
 *
 * @param texts the sources' texts by their paths.
 * @returns LOOM1807 for each call that asks for what a named platform lacks.
 */
export function checkRequests(
  sources: readonly SourceFacts[],
  texts: ReadonlyMap<string, string>,
  { backends }: Pick<Ir, 'backends'>,
): Diagnostic[] {
  const platform = backends.darwin !== undefined ? 'darwin' : 'freebsd';
  if (backends[platform] === undefined) return [];
  const lacks = lacksOfKqueue();
  return sources.flatMap(({ file, functions }) => {
    const allowed = linuxLines(texts.get(file) ?? '');
    return functions.flatMap(({ name: handler, deeds }) =>
      deeds.flatMap((deed) => {
        const lack = lacks.get(builderIn(deed) ?? '');
        if (lack === undefined || allowed.has(deed.line)) return [];
        const { line, column, length } = deed;
        const holes = { handler, backend: 'kqueue', platform, ...lack };
        return [diagnostic('LOOM1807', holes, { place: { file, line, column, length } })];
      }),
    );
  });
}
