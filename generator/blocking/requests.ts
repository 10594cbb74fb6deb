/**
 * Compares the requests that C++ sources make of the system with the table of operations: what the
 * backend of a platform lacks that the config names is refused before anybody finds out there.
 */
import type { Ir } from '../../schemas/ir.ts';
import type { Backend, Platform } from '../../schemas/backends.ts';
import { supportOf, type SystemOperationName, systemOperations } from '../../schemas/operations.ts';
import { type Diagnostic, diagnostic } from '../report/diagnostic.ts';
import type { Deed, SourceFacts } from './facts.ts';

/** An operation that a backend lacks. */
interface Lack {
  operation: string;
  reason: string;
}

/** What a backend lacks, by the function of `loom::system` that asks for it alone. */
function lacksOf(backend: Backend): Map<string, Lack> {
  const names = Object.keys(systemOperations) as SystemOperationName[];
  const refused = names.filter((name) => supportOf(backend, name).way === 'refused');
  const given = new Set(names.filter((name) => !refused.includes(name)).map(builderOf));
  const own = refused.filter((name) => !given.has(builderOf(name)));
  return new Map(
    own.map((name) => [builderOf(name), { operation: name, reason: supportOf(backend, name).how }]),
  );
}

function builderOf(name: SystemOperationName): string {
  return systemOperations[name].builder;
}

/** Lines that only Linux compiles, counted from 1: `#if defined(__linux__)` to its end. */
function linuxLines(text: string): Set<number> {
  const lines = new Set<number>();
  // Of each conditional that is open: whether the branch is Linux's alone.
  const open: boolean[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const [, word = '', condition = ''] =
      /^\s*#\s*(if|ifdef|elif|else|endif)\b(.*)$/.exec(line) ?? [];
    const isLinux = /^\s*(?:defined\s*\(?\s*)?__linux__\s*\)?\s*(?:\/\/.*)?$/.test(condition);
    if (word === 'if' || word === 'ifdef') open.push(isLinux);
    else if (word === 'endif') open.pop();
    else if (word === 'elif' || word === 'else') open[open.length - 1] = isLinux;
    else if (open.includes(true)) lines.add(index + 1);
  }
  return lines;
}

/** What fibers call, by the function of `loom::system` without which each can do nothing. */
const fiberCalls: Readonly<Record<string, string>> = {
  'files::open': 'open_at',
  'files::read': 'read',
  'files::write': 'write',
  'files::sync': 'fsync',
  'files::data_sync': 'fsync',
  'net::connect': 'connect',
  'net::listen': 'accept',
};

/** The function of `loom::system` that a call is of, or needs; null for another. */
function builderIn({ kind, name }: Deed): string | null {
  const [, own = '', call = ''] =
    /^(?:::)?(?:loom::)?(?:system::(\w+)|((?:files|net)::\w+))$/.exec(name) ?? [];
  if (kind !== 'call') return null;
  return own === '' ? (fiberCalls[call] ?? null) : own;
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
  const kqueue = backends.darwin !== undefined ? 'darwin' : 'freebsd';
  return [
    ...(backends[kqueue] === undefined ? [] : lacking(sources, texts, 'kqueue', kqueue)),
    ...(backends.win32 === undefined ? [] : lacking(sources, texts, 'iocp', 'win32')),
  ];
}

/** As checkRequests, of one backend. */
function lacking(
  sources: readonly SourceFacts[],
  texts: ReadonlyMap<string, string>,
  backend: Backend,
  platform: Platform,
): Diagnostic[] {
  const lacks = lacksOf(backend);
  return sources.flatMap(({ file, functions }) => {
    const allowed = linuxLines(texts.get(file) ?? '');
    return functions.flatMap(({ name: handler, deeds }) =>
      deeds.flatMap((deed) => {
        const lack = lacks.get(builderIn(deed) ?? '');
        if (lack === undefined || allowed.has(deed.line)) return [];
        const { line, column, length } = deed;
        const holes = { handler, backend, platform, ...lack };
        return [diagnostic('LOOM1807', holes, { place: { file, line, column, length } })];
      }),
    );
  });
}
