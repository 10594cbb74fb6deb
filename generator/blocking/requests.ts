/**
 * Compares the requests that C++ sources make of the system with the table of operations: what the
 * backend of a platform lacks that the config names is refused before anybody finds out there.
 */
import type { Backend, Platform } from '../../schemas/backends.ts';
import type { Ir } from '../../schemas/ir.ts';
import { supportOf, type SystemOperationName, systemOperations } from '../../schemas/operations.ts';
import { type Diagnostic, diagnostic } from '../report/diagnostic.ts';
import type { Deed, SourceFacts } from './facts.ts';

/** An operation that a backend lacks. */
interface Lack {
  operation: string;
  reason: string;
}

/** A backend that is the only one of a platform, so that nothing does what it lacks. */
interface OnlyBackend {
  backend: Backend;
  platform: Platform;
  /** By the function of `loom::system` that asks for it alone. */
  lacks: ReadonlyMap<string, Lack>;
  /** What to do instead. */
  hint: string;
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

/** The backends that stand alone on a platform, each once. */
function onlyBackends(backends: Ir['backends']): OnlyBackend[] {
  const found: OnlyBackend[] = [];
  for (const [platform, list] of Object.entries(backends) as [Platform, Backend[] | undefined][]) {
    const [backend, other] = list ?? [];
    if (backend === undefined || other !== undefined || backend === 'io_uring') continue;
    if (found.some((each) => each.backend === backend)) continue;
    const hint =
      platform === 'linux'
        ? "Put 'io_uring' into backends.linux, or do without it"
        : `Put it between #if defined(__linux__) and #endif, or remove backends.${platform}`;
    found.push({ backend, platform, lacks: lacksOf(backend), hint });
  }
  return found;
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

/** How the sources write the namespace `loom::system`. */
interface Spelling {
  /** Other names of it, which any of the sources gives it. */
  aliases: ReadonlySet<string>;
  /** Functions of the sources, by their last names: a plain call of one means that. */
  own: ReadonlySet<string>;
}

/** Other names of `loom::system` in the sources. */
function spellingOf(sources: readonly SourceFacts[], texts: Iterable<string>): Spelling {
  const aliases = new Set<string>();
  for (const text of texts) {
    const given = /(?:^|[;{}])\s*namespace\s+(\w+)\s*=\s*(?:::)?(?:loom::)?system\s*;/gm;
    for (const [, name = ''] of text.matchAll(given)) aliases.add(name);
  }
  const names = sources.flatMap(({ functions }) => functions.map(({ name }) => name));
  return { aliases, own: new Set(names.map((name) => name.replace(/^.*::/s, ''))) };
}

/** Functions of `loom::system` that a source may call by their names alone; null: every one. */
function plainCalls(text: string): ReadonlySet<string> | null {
  if (/(?:^|[;{}])\s*using\s+namespace\s+(?:::)?(?:loom::)?system\s*;/m.test(text)) return null;
  const one = /(?:^|[;{}])\s*using\s+(?:::)?(?:loom::)?system::(\w+)\s*;/gm;
  return new Set([...text.matchAll(one)].map(([, name = '']) => name));
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

/** The function of `loom::system` that a call is of, seems to be of, or needs; else null. */
function builderIn(
  { kind, name, isGlobal }: Deed,
  plain: ReadonlySet<string> | null,
  { aliases, own }: Spelling,
): string | null {
  if (kind !== 'call') return null;
  const [, scope, last = ''] = /^(?:(?:loom::)?(\w+)::)?(\w+)$/.exec(name) ?? [];
  const needed = fiberCalls[`${scope}::${last}`];
  if (needed !== undefined) return needed;
  if (scope !== undefined) return scope === 'system' || aliases.has(scope) ? last : null;
  if (isGlobal || own.has(last)) return null;
  return plain === null || plain.has(last) ? last : null;
}

/**
 * Compares sources with the table.
 *
 * @param texts the sources' texts by their paths.
 * @returns LOOM1807 for each call that asks for what the only backend of a platform lacks.
 */
export function checkRequests(
  sources: readonly SourceFacts[],
  texts: ReadonlyMap<string, string>,
  { backends }: Pick<Ir, 'backends'>,
): Diagnostic[] {
  const chosen = onlyBackends(backends);
  if (chosen.length === 0) return [];
  const spelling = spellingOf(sources, texts.values());
  return sources.flatMap(({ file, functions }) => {
    const text = texts.get(file) ?? '';
    const plain = plainCalls(text);
    const linux = linuxLines(text);
    return functions.flatMap(({ name: handler, deeds }) =>
      deeds.flatMap((deed) => {
        const builder = builderIn(deed, plain, spelling) ?? '';
        const { line, column, length } = deed;
        return chosen.flatMap(({ backend, platform, lacks, hint }) => {
          const lack = lacks.get(builder);
          if (lack === undefined || (platform !== 'linux' && linux.has(line))) return [];
          const holes = { handler, backend, hint, ...lack };
          return [diagnostic('LOOM1807', holes, { place: { file, line, column, length } })];
        });
      }),
    );
  });
}
