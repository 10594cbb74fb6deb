/**
 * Follows the hooks of handlers into what they call, and compares every call with the table of
 * blocking ones. Functions are found by name in all sources together, so a call may be followed
 * into a namesake: what is wrongly found so is allowed with a comment, or renamed.
 */
import {
  type BlockingCall,
  blockingCalls,
  type BlockingDegree,
} from '../../schemas/blocking_calls.ts';
import { type Diagnostic, diagnostic } from '../report/diagnostic.ts';
import type { Deed, FunctionFacts, SourceFacts } from './facts.ts';

/** Hooks that a running loop calls, and what a fiber runs. `on_start` comes before the loop,
 * `on_call` runs on a pool. */
export const hooks: ReadonlySet<string> = new Set([
  ...['run', 'on_open', 'on_data', 'on_descriptor', 'on_drain', 'on_close', 'on_tick'],
  ...['on_datagram', 'on_batch_end', 'on_complete', 'on_event', 'on_signal', 'on_message'],
  ...['on_room', 'on_error'],
]);

/** The most warnings that one build reports; who has more mends these first. */
const maximumWarnings = 50;

const codeOf: Record<BlockingDegree, 'LOOM7101' | 'LOOM7102' | 'LOOM7103'> = {
  blocks: 'LOOM7101',
  'may block': 'LOOM7102',
  allocates: 'LOOM7103',
};

/** A function in its source. */
interface Reached {
  source: SourceFacts;
  facts: FunctionFacts;
  /** The hook from which it is reached. */
  hook: { name: string; file: string; line: number };
}

const lastName = (name: string): string => name.replace(/^.*::/s, '');

/** Whether a declared type is one of a list, template arguments and qualifiers aside. */
function isOf(type: string, of: readonly string[]): boolean {
  const bare = type
    .replace(/\b(?:const|volatile|static|mutable|thread_local)\b|^[\s:]+/g, '')
    .trim();
  return of.some((name) => bare === name || bare.startsWith(`${name}<`));
}

/** Finds what handlers reach. */
class Checker {
  readonly diagnostics: Diagnostic[] = [];
  readonly #sources: readonly SourceFacts[];
  readonly #byName = new Map<string, { source: SourceFacts; facts: FunctionFacts }[]>();
  readonly #seen = new Set<FunctionFacts>();
  readonly #todo: Reached[] = [];
  #warnings = 0;
  /** Where the first warning is that was one too many. */
  #leftOut: Diagnostic['place'];

  constructor(sources: readonly SourceFacts[]) {
    this.#sources = sources;
    for (const source of sources) {
      for (const facts of source.functions) {
        const name = lastName(facts.name);
        this.#byName.set(name, [...(this.#byName.get(name) ?? []), { source, facts }]);
      }
    }
  }

  check(handlers: readonly string[]): void {
    for (const source of this.#sources) {
      for (const range of source.reasonless) {
        this.#add(diagnostic('LOOM7104', {}, { place: { file: source.file, ...range } }));
      }
      for (const facts of source.functions) {
        const name = lastName(facts.name);
        const owner = facts.name.slice(0, -name.length - 2);
        if (!handlers.includes(owner) || !hooks.has(name)) continue;
        const hook = { name: facts.name, file: source.file, line: facts.line };
        this.#reach({ source, facts, hook });
      }
    }
    for (let next = this.#todo.shift(); next !== undefined; next = this.#todo.shift()) {
      for (const each of next.facts.deeds) this.#deed(next, each);
    }
    if (this.#leftOut === undefined) return;
    const holes = {
      what: `the list of ${this.#warnings - maximumWarnings} more warnings`,
      reason: `${maximumWarnings} are shown at most`,
    };
    this.diagnostics.push(diagnostic('LOOM7105', holes, { place: this.#leftOut }));
  }

  /** Errors are all shown: each of them stops the build. */
  #add(found: Diagnostic): void {
    if (found.severity === 'warning') {
      this.#warnings += 1;
      if (this.#warnings > maximumWarnings) {
        this.#leftOut ??= found.place;
        return;
      }
    }
    this.diagnostics.push(found);
  }

  #reach(reached: Reached): void {
    if (this.#seen.has(reached.facts)) return;
    this.#seen.add(reached.facts);
    this.#todo.push(reached);
  }

  #deed(at: Reached, each: Deed): void {
    if (at.source.allowed.has(each.line)) return;
    const own = each.kind === 'call' || each.kind === 'method' ? this.#own(each) : [];
    for (const { source, facts } of own) this.#reach({ source, facts, hook: at.hook });
    if (own.length > 0 && each.kind === 'call' && !each.isGlobal) return;
    const row = blockingCalls.find((one) => this.#fits(one, each, at.source));
    if (row === undefined) return;
    const { line, column, length } = each;
    const joint = each.name === '+=' ? ' ' : '.';
    const call = each.receiver === '' ? each.name : `${each.receiver}${joint}${each.name}`;
    const handler = at.facts.name;
    const holes = { handler, call, why: row.why, instead: row.instead };
    const { name, file, line: hookLine } = at.hook;
    const second =
      name === handler
        ? {}
        : {
            second: {
              message: `${name} leads there`,
              place: { file, line: hookLine, column: 1, length: 1 },
            },
          };
    const place = { file: at.source.file, line, column, length };
    this.#add(diagnostic(codeOf[row.degree], holes, { place, ...second }));
  }

  /** The functions of these sources that a call may mean; `::write` is none of a class. */
  #own({ kind, name, isGlobal }: Deed): { source: SourceFacts; facts: FunctionFacts }[] {
    if (/^(?:std|loom)::/.test(name)) return [];
    const found = this.#byName.get(lastName(name)) ?? [];
    if (isGlobal) return found.filter(({ facts }) => facts.name === name);
    if (kind === 'method') return found.filter(({ facts }) => facts.name.includes('::'));
    return name.includes('::') ? found.filter(({ facts }) => facts.name.endsWith(name)) : found;
  }

  #fits(row: BlockingCall, { kind, name, receiver }: Deed, source: SourceFacts): boolean {
    if (kind === 'new' || kind === 'loop') return row.syntax === kind;
    if (kind === 'variable') return isOf(name, row.types ?? []);
    if (kind === 'call') return row.functions?.includes(name) === true;
    if (row.methods === undefined || !row.methods.names.includes(name)) return false;
    const type = source.types.get(receiver) ?? this.#typeOf(receiver);
    return isOf(type, row.methods.of);
  }

  /** The type of a member that another source declares. */
  #typeOf(name: string): string {
    return this.#sources.find(({ types }) => types.has(name))?.types.get(name) ?? '';
  }
}

/**
 * Compares handlers with the table.
 *
 * @param handlers the names of the handlers' structs, as the config writes them.
 * @returns what they do that holds up their reactor, in the order of the hooks.
 */
export function checkBlocking(
  sources: readonly SourceFacts[],
  handlers: readonly string[],
): Diagnostic[] {
  const checker = new Checker(sources);
  checker.check(handlers);
  return checker.diagnostics;
}
