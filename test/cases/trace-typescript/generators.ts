// Generators, async generators, and what is disposed of at the end of a block.
declare const log: (id: string, value?: unknown) => void;

const tick = (value?: any) => new Promise<any>((resolve) => setImmediate(resolve, value));
const fail = async (what: string): Promise<never> => { await null; throw new Error(what); };

function* empty() {}
function* noYield() { log('noYield'); return 1; }
function* counting() { log('counting-1'); yield 1; log('counting-2'); yield 2; log('counting-3'); return 3; }
function* bare() { yield; log('bare'); yield
  ; }
function* receives(): Generator<any, any, any> { const a = yield 'a'; log('receives'); const b = (yield 'b') + (yield 'c'); return [a, b]; }
function* positions(): Generator<any, any, any> { const o = { a: yield 1, [yield 2]: `${yield 3}`, b: [yield 4, ...(yield 5)] }; log('positions'); return [o, (yield 6) ? yield 7 : yield 8, typeof (yield 9)]; }
function* assigned(): Generator<any, any, any> { let x: any; x = yield x = yield; log('assigned'); return x; }
function* arrowYielded(): Generator<any> { yield () => { log('arrowYielded-a'); return 1; }; yield (x: number) => x; }
function* commaed() { yield 1, yield 2; log('commaed'); }
function* delegates(): Generator<any, any, any> { const r = yield* counting(); log('delegates'); yield r; return yield* [7, 8] as any; }
function* delegatesDeep(n: number): Generator<number> { log('delegatesDeep'); if (n > 0) yield* delegatesDeep(n - 1); yield n; log('delegatesDeep-2'); }
function* catches(): Generator<any, any, any> { for (;;) { try { yield 'waiting'; } catch (e) { log('catches'); yield `caught ${e}`; } } }
function* finals() { try { yield 1; yield 2; } finally { log('finals'); } }
function* finalYields() { try { yield 1; } finally { log('finalYields-1'); yield 'cleanup'; log('finalYields-2'); } }
function* finalReturns(): Generator<any> { try { yield 1; } finally { log('finalReturns'); return 'override'; } }
function* finalThrows() { try { yield 1; } finally { log('finalThrows'); throw new Error('in finally'); } }
function* throws() { yield 1; throw new RangeError('generator'); }
function* nestedTry(): Generator<any> { try { try { yield 1; } finally { log('nestedTry-1'); yield 2; } } catch { log('nestedTry-2'); yield 3; } finally { log('nestedTry-3'); } }
function* reentrant(): Generator<any> { try { self.next(); } catch (e) { log('reentrant'); yield (e as Error).name; } }
let self: Generator<any>;
function* calls() { yield* [1, 2].map((x) => { log('calls-m'); return x; }); log('calls'); }
function* usesThis(this: any) { yield this.v; yield (() => this.v)(); }
function* usesArguments() { yield arguments.length; }
function* defaulted(a = (() => { log('defaulted-a'); return 1; })()) { log('defaulted'); yield a; }
const object = { *gen() { log('object.gen'); yield 1; }, *[Symbol.iterator]() { yield 'i'; }, async *'a b'() { yield 2; } };
class Tree { constructor(readonly v: number, readonly kids: Tree[] = []) {} *[Symbol.iterator](): Generator<number> { log('Tree'); yield this.v; for (const k of this.kids) yield* k; } static *#hidden() { yield 'h'; } static open() { return [...Tree.#hidden()]; } }

async function* acount(n: number) { for (let i = 0; i < n; i++) { log('acount-1'); yield i; log('acount-2'); await tick(); } }
async function* aempty() {}
async function* abare() { yield; log('abare'); }
async function* apromises() { yield tick(1); log('apromises'); yield Promise.resolve(2); return tick(3); }
async function* arejected() { try { yield fail('yielded'); } catch (e) { log('arejected'); yield String(e); } }
async function* areturnRejected() { try { return fail('returned'); } catch (e) { log('areturnRejected'); yield String(e); } }
async function* areturnFinally() { try { return tick('r'); } finally { log('areturnFinally-1'); await tick(); log('areturnFinally-2'); } }
async function* areturnNothing() { yield 1; return; }
async function* adelegates(): AsyncGenerator<any, any, any> { const r = yield* acount(2); log('adelegates'); yield* [5, tick(6)]; yield* apromises(); return r; }
async function* areceives(): AsyncGenerator<any, any, any> { const a = yield 1; log('areceives'); const b = await (yield 2); return [a, b]; }
async function* afinals() { try { yield 1; yield 2; } finally { log('afinals-1'); await tick(); log('afinals-2'); } }
async function* acatches() { for (;;) try { yield 'w'; } catch (e) { log('acatches'); yield `c ${e}`; } }
async function* athrows() { yield 1; await tick(); throw new TypeError('async generator'); }
async function* amaps(source: AsyncIterable<number>) { for await (const x of source) { log('amaps-1'); yield x * 2; log('amaps-2'); } log('amaps-3'); }
async function* aarrow() { yield async () => { await tick(); log('aarrow-a'); return 1; }; }

const drain = (g: Iterable<any>) => [...g];
const drainAsync = async (g: AsyncIterable<any>) => { const got = []; for await (const x of g) got.push(x); return got; };
const script = (g: Generator<any, any, any>, ...steps: [string, any?][]) => steps.map(([how, v]) => { try { return (g as any)[how](v); } catch (e) { return `threw ${e}`; } });
const scriptAsync = async (g: AsyncGenerator<any, any, any>, ...steps: [string, any?][]) => { const got = []; for (const [how, v] of steps) got.push(await (g as any)[how](v).catch((e: unknown) => `threw ${e}`)); return got; };
const n = (v?: any): [string, any] => ['next', v];
const r = (v?: any): [string, any] => ['return', v];
const t = (v?: any): [string, any] => ['throw', v];

const resource = (name: string, fails = false) => ({ name, [Symbol.dispose]() { log('resource', name); if (fails) throw new Error(`dispose ${name}`); } });
const later = (name: string, fails = false) => ({ name, async [Symbol.asyncDispose]() { log('later-1', name); await tick(); log('later-2', name); if (fails) throw new Error(`dispose ${name}`); } });
function using1() { using a = resource('a'); log('using1'); return a.name; }
function using2() { using a = resource('a'), b = resource('b'); { using c = resource('c'); log('using2'); } log('using2-2'); return a.name + b.name; }
function usingThrows() { using a = resource('a', true); throw new Error('body'); }
function usingNull() { using a = null; log('usingNull'); return a; }
function usingLoop() { for (using x of [resource('1'), resource('2')]) log('usingLoop', x.name); }
async function usingAsync() { using a = resource('a'); await tick(); log('usingAsync'); return a.name; }
async function awaitUsing() { await using a = later('a'); log('awaitUsing'); return a.name; }
async function awaitUsingNoSemicolon() {
  await using a = later('a')
  log('awaitUsingNoSemicolon')
}
async function awaitUsingMany() { await using a = later('a'), b = later('b'); using c = resource('c'); await using d = await tick(later('d')); log('awaitUsingMany'); return [a, b, c, d].map((x) => { log('awaitUsingMany-m'); return x.name; }); }
async function awaitUsingBlock() { { await using a = later('a'); log('awaitUsingBlock-1', a.name); } log('awaitUsingBlock-2'); if (true) { await using b = null; log('awaitUsingBlock-3', b); } log('awaitUsingBlock-4'); }
async function awaitUsingThrows() { try { await using a = later('a'); throw new Error('body'); } catch (e) { log('awaitUsingThrows'); return String(e); } }
async function awaitUsingFails() { try { await using a = later('a', true); throw new Error('body'); } catch (e: any) { log('awaitUsingFails'); return [e.name, String(e.error), String(e.suppressed)]; } }
async function awaitUsingHeadThrows() { try { await using a = (() => { throw new Error('head'); })(); } catch (e) { log('awaitUsingHeadThrows'); return String(e); } }
async function awaitUsingLoop() { for (await using x of [later('1'), later('2')]) { log('awaitUsingLoop-1', x.name); if (x.name === '2') break; } log('awaitUsingLoop-2'); for await (await using y of [later('3')]) log('awaitUsingLoop-3', y.name); log('awaitUsingLoop-4'); for await (using z of acount2()) log('awaitUsingLoop-5', z.name); log('awaitUsingLoop-6'); }
async function* acount2() { yield resource('4'); yield resource('5'); }
async function awaitUsingReturns() { for (const x of [1]) { await using a = later('a'); log('awaitUsingReturns'); return tick(x); } }
async function* awaitUsingGenerator() { await using a = later('a'); yield 1; log('awaitUsingGenerator'); yield 2; }
function* usingGenerator() { using a = resource('a'); yield 1; log('usingGenerator'); yield 2; }
class Owner { async run() { await using a = later('a'); await using b = later('b'); log('Owner.run'); return [a.name, b.name]; } async [Symbol.asyncDispose]() { log('Owner.dispose-1'); await tick(); log('Owner.dispose-2'); } }
async function owns() { await using o = new Owner(); const got = await o.run(); log('owns'); return got; }

export const cases: Record<string, () => unknown> = {
  empty: () => drain(empty()), noYield: () => script(noYield(), n(), n()), counting: () => script(counting(), n(), n(), n(), n()), bare: () => drain(bare()),
  receives: () => script(receives(), n(), n(1), n(2), n(3)), positions: () => script(positions(), n(), n('x'), n('k'), n('t'), n('e'), n(['s']), n(true), n('end'), n('last')),
  assigned: () => script(assigned(), n(), n(1), n(2)), arrowYielded: () => drain(arrowYielded()).map((f) => f(2)), commaed: () => drain(commaed()),
  delegates: () => script(delegates(), n(), n(), n(), n(), n(), n()), delegatesDeep: () => drain(delegatesDeep(3)),
  delegatesReturn: () => script(delegates(), n(), r('x'), n()), delegatesThrow: () => script(delegates(), n(), t(new Error('x')), n()),
  catches: () => script(catches(), n(), t('a'), n(), t('b'), r('c'), n()), finals: () => [script(finals(), n(), r('x'), n()), script(finals(), n(), t(new Error('x'))), drain(finals())],
  abandoned: () => { for (const x of finals()) { if (x === 1) break; } const [first] = finals(); return first; }, unstarted: () => [script(finals(), r('x')), script(finals(), t('y'))],
  finalYields: () => script(finalYields(), n(), r('x'), n(), n()), finalReturns: () => script(finalReturns(), n(), t(new Error('lost'))), finalThrows: () => script(finalThrows(), n(), r(1), n()),
  throws: () => { const g = throws(); g.next(); g.next(); }, nestedTry: () => script(nestedTry(), n(), t(1), t(2), t(3), n()), reentrant: () => { self = reentrant(); return drain(self); },
  calls: () => drain(calls()), usesThis: () => drain(usesThis.call({ v: 4 })), usesArguments: () => drain((usesArguments as any)(1, 2)), defaulted: () => drain(defaulted()),
  object: async () => [...object.gen(), ...object, ...(await drainAsync(object['a b']()))], tree: () => [...new Tree(1, [new Tree(2), new Tree(3, [new Tree(4)])]), Tree.open()],
  interleaved: () => { const a = counting(); const b = counting(); return [a.next(), b.next(), a.next(), b.return(9 as any), a.next(), b.next()]; },
  acount: () => drainAsync(acount(3)), aempty: () => drainAsync(aempty()), abare: () => drainAsync(abare()), apromises: () => scriptAsync(apromises(), n(), n(), n(), n()),
  arejected: () => scriptAsync(arejected(), n(), n(), n()), areturnRejected: () => scriptAsync(areturnRejected(), n(), n()), areturnFinally: () => scriptAsync(areturnFinally(), n(), n()),
  areturnNothing: () => scriptAsync(areturnNothing(), n(), n()), adelegates: () => drainAsync(adelegates()), adelegatesReturn: () => scriptAsync(adelegates(), n(), r('x'), n()),
  areceives: () => scriptAsync(areceives(), n(), n(5), n(tick(6)), n()), afinals: () => scriptAsync(afinals(), n(), r('x'), n()), afinalsThrow: () => scriptAsync(afinals(), n(), t('y'), n()),
  acatches: () => scriptAsync(acatches(), n(), t('a'), n(), r('b')), athrows: () => drainAsync(athrows()), amaps: () => drainAsync(amaps(acount(3))), amapsBreak: async () => { for await (const x of amaps(acount(9))) if (x === 4) return x; },
  aarrow: async () => { for await (const f of aarrow()) return f(); }, aqueued: () => { const g = acount(2); return Promise.all([g.next(), g.next(), g.next(), g.return(5)]); },
  areturnPromise: () => scriptAsync(afinals(), n(), r(tick(7)), n()), areturnBad: () => scriptAsync(afinals(), n(), r(fail('bad')), n()),
  using1, using2, usingThrows, usingNull, usingLoop, usingAsync, awaitUsing, awaitUsingNoSemicolon, awaitUsingMany, awaitUsingBlock, awaitUsingThrows, awaitUsingFails, awaitUsingHeadThrows, awaitUsingLoop, awaitUsingReturns,
  awaitUsingGenerator: () => drainAsync(awaitUsingGenerator()), awaitUsingGeneratorReturn: () => scriptAsync(awaitUsingGenerator(), n(), r(3), n()), usingGenerator: () => [drain(usingGenerator()), script(usingGenerator(), n(), r(1))], owns,
};
