/**
 * Programs nobody would write: functions of every kind with random statements, which wait, throw,
 * leave loops, dispose of things, and are driven by random calls. With zones they do the same, and
 * in every place the innermost zone is that of the function.
 */
import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import { loadPair, runBoth } from './typescript_run.ts';

/** What a function may do besides what all may. */
interface Kind {
  head: string;
  awaits: boolean;
  yields: boolean;
}

const kinds: readonly Kind[] = [
  { head: 'function', awaits: false, yields: false },
  { head: 'async function', awaits: true, yields: false },
  { head: 'function*', awaits: false, yields: true },
  { head: 'async function*', awaits: true, yields: true },
];

/** A node of a program: which statement, which of its forms, and the statements inside of it. */
interface Shape {
  what: number;
  form: number;
  first: Shape[];
  second: Shape[];
}

const { shape } = fc.letrec<{ shape: Shape; block: Shape[] }>((tie) => ({
  shape: fc.record({
    what: fc.nat(11),
    form: fc.nat(7),
    first: tie('block'),
    second: tie('block'),
  }),
  block: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'block' },
    fc.constant<Shape[]>([]),
    fc.array(tie('shape'), { minLength: 1, maxLength: 3 }),
  ),
}));

/** Writes a program; each place that logs has a word of its own. */
class Writer {
  #words = 0;

  /** A call of log. */
  log(): string {
    this.#words += 1;
    return `log('w${this.#words}');`;
  }

  #block(shapes: readonly Shape[], kind: Kind, loops: number): string {
    const statements = shapes.map((each) => this.#statement(each, kind, loops));
    return `{ ${statements.join(' ')} ${this.log()} }`;
  }

  #waiting(form: number, kind: Kind): string {
    const value = ['soon(1)', 'fail()', '1', 'soon(soon(2))'][form % 4] ?? '';
    if (kind.awaits && (!kind.yields || form < 4)) return `await ${value}`;
    if (!kind.yields) return 'other()';
    return form % 3 === 0 ? 'yield* more()' : form % 3 === 1 ? 'yield' : `yield ${value}`;
  }

  #leave(form: number, loops: number): string {
    if (form < 2 || loops === 0) return `if (flag()) throw new Error('e');`;
    return `if (flag()) ${form < 5 ? 'break' : 'continue'}${form % 2 ? '' : ` l${loops}`};`;
  }

  #loop({ form, first }: Shape, kind: Kind, loops: number): string {
    const label = `l${loops + 1}: `;
    const body = this.#block(first, kind, loops + 1);
    if (!kind.awaits || form < 3) return `${label}for (const x of [1, 2]) ${body}`;
    if (form === 3) return `${label}for (await using x of [later(), later()]) ${body}`;
    const source = form % 2 ? 'source()' : '[soon(1), fail(), 3]';
    return `${label}for await (const x of ${source}) ${body}`;
  }

  #resource({ form, first }: Shape, kind: Kind, loops: number): string {
    const how = kind.awaits && form % 2 === 0 ? 'await using' : 'using';
    const what = form < 6 ? (how === 'using' ? 'resource()' : 'later()') : 'null';
    return `{ ${how} r = ${what}; ${this.#block(first, kind, loops)} ${this.log()} }`;
  }

  #inner({ form, first }: Shape, kind: Kind): string {
    const isAsync = form >= 4 && kind.awaits;
    const body = this.#block(first, { ...kind, awaits: isAsync, yields: false }, 0);
    return isAsync ? `await (async () => ${body})();` : `(() => ${body})();`;
  }

  #statement(given: Shape, kind: Kind, loops: number): string {
    const { what, form, first, second } = given;
    const block = (shapes: readonly Shape[]) => this.#block(shapes, kind, loops);
    if (what <= 2) return `use(${this.#waiting(form, kind)}); ${this.log()}`;
    if (what === 3) return this.#leave(form, loops);
    if (what === 4)
      return `if (flag()) return ${form % 2 ? 'soon(3)' : this.#waiting(form, kind)};`;
    if (what === 5) return `if (flag()) ${block(first)} else ${block(second)}`;
    if (what === 6) return this.#loop(given, kind, loops);
    if (what === 7) return this.#resource(given, kind, loops);
    if (what === 8) return this.#inner(given, kind);
    const caught = form % 3 === 0 ? '' : ` catch ${block(second)}`;
    const end = form % 3 === 1 ? '' : ` finally ${block(form < 4 ? [] : second)}`;
    return `try ${block(first)}${caught}${end}`;
  }

  /** A whole function called `main`. */
  main(shapes: readonly Shape[], kind: Kind): string {
    return `${kind.head} main() ${this.#block(shapes, kind, 0)}`;
  }
}

/** What every program has beside its function; `flags` answers its questions in turn. */
const around = (flags: readonly boolean[]) => `
  let asked = 0;
  const flags = ${JSON.stringify(flags)};
  const flag = () => flags[asked++ % flags.length] ?? false;
  const soon = async (v) => v;
  const failing = async () => { await null; throw new Error('failed'); };
  const fail = () => { const failed = failing(); failed.catch(() => {}); return failed; };
  const use = (v) => v;
  const other = () => { log('other'); return 1; };
  function* more() { log('more-1'); yield 1; log('more-2'); }
  async function* source() { log('source-1'); yield 1; await null; log('source-2'); yield 2; }
  const resource = () => ({ [Symbol.dispose]() { log('resource'); } });
  const later = () => ({
    async [Symbol.asyncDispose]() { log('later-1'); await null; log('later-2'); },
  });
`;

/** A call of the generator: next(), return() or throw(). */
const step = fc.constantFrom('next', 'next', 'next', 'return', 'throw');

/** How `main` is run: called, or driven by steps. */
function driver(kind: Kind, steps: readonly string[]): string {
  if (!kind.yields) return 'asked = 0; return main();';
  const given = `how === 'throw' ? new Error('t') : 5`;
  const called = `got.push(${kind.awaits ? 'await ' : ''}g[how](${given}));`;
  return `asked = 0; const g = main(); const got = [];
    for (const how of ${JSON.stringify(steps)}) {
      try { ${called} } catch (e) { got.push(String(e)); }
    }
    return got;`;
}

test('random programs do the same with zones, and they are balanced', async (t) => {
  const program = fc.record({
    kind: fc.constantFrom(...kinds),
    shapes: fc.array(shape, { minLength: 1, maxLength: 4 }),
    flags: fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }),
    steps: fc.array(step, { maxLength: 6 }),
  });
  let waited = 0;
  await fc.assert(
    fc.asyncProperty(program, async ({ kind, shapes, flags, steps }) => {
      const text = `${around(flags)}\n${new Writer().main(shapes, kind)}
        const run = ${kind.awaits ? 'async ' : ''}() => { ${driver(kind, steps)} };
        export const cases = { main: run };`;
      const pair = await loadPair('random.ts', text, 'esbuild');
      const { plain, zoned, faults } = await runBoth(pair, 'main');
      if (kind.awaits || kind.yields) waited += 1;
      assert.deepEqual(zoned, plain, text);
      assert.deepEqual(faults, [], text);
    }),
    { numRuns: 100 },
  );
  t.true(waited > 0);
});
