// Async functions: awaits in every position, and what throws or is left around them.
declare const log: (id: string, value?: unknown) => void;

const tick = (value?: any) => new Promise<any>((resolve) => setImmediate(resolve, value));
const soon = async (value?: any) => value;
const fail = async (what: string): Promise<never> => { await null; throw new Error(what); };

async function none() { log('none'); return 1; }
async function one() { log('one-1'); await tick(); log('one-2'); }
async function value() { const x = await tick(3); log('value'); return x + (await soon(4)); }
async function bare() { await 1; log('bare'); await null; await undefined; log('bare-2'); }
async function nested() { log('nested-1'); const x = await (await (await soon(soon(5)))); log('nested-2'); return x; }
async function operators() { const a = -(await soon(1)) + +await soon(2) * (await soon(3)) ** 2; log('operators'); return [a, !await soon(0), typeof await soon('s'), void await soon(1)]; }
async function chained() { log('chained'); return (await soon({ a: [1, { b: () => soon(7) }] })).a[1].b(); }
async function optional(o?: any) { return (await o)?.x?.[await soon('k')] ?? (await soon('none')); }
async function logical() { log('logical'); return [(await soon(0)) || (await soon(1)), (await soon(0)) && (await soon(2)), await soon(null) ?? await soon(3)]; }
async function conditional(c: boolean) { const r = (await soon(c)) ? await soon('y') : await soon('n'); log('conditional'); return r; }
async function template() { return `${await soon('a')}-${await soon('b')}`; }
async function literals() { const k = 'k'; return { a: await soon(1), [await soon(k)]: 2, ...(await soon({ c: 3 })), d: [await soon(4), ...(await soon([5]))] }; }
async function args() { log('args'); return Math.max(await soon(1), await soon(9), ...(await soon([4]))); }
async function destructuring() { const { a = await soon(1), b: [c] = await soon([2]) } = await soon({}); log('destructuring'); return [a, c]; }
async function assignment() { const o: any = {}; o[await soon('a')] = await soon(1); o.b ??= await soon(2); o.a += await soon(5); log('assignment'); return o; }
async function newing() { return new (await soon(Map))([[await soon('k'), 1]]).get('k'); }
async function awaitedFunction() { return (await soon(() => { log('awaitedFunction-f'); return 1; }))(); }
async function comma() { return (log('comma'), await soon(1), await soon(2)); }
async function comments() { return await /* between */ soon(/* in */ 3) /* after */; }
async function newline() {
  const a = await
    soon(1)
  const b = await soon(2) // trailing
  log('newline')
  await soon(3)
  return a + b
}
async function asi() {
  let a = 1
  await soon()
  a++
  await soon()
  return a
}
async function returns() { return await tick('r'); }
async function returnsPromise() { return tick('p'); }
async function loops() { let s = 0; for (let i = await soon(0); i < (await soon(3)); i += await soon(1)) { s += await soon(i); log('loops'); } while (await soon(s < 5)) s++; do { s += await soon(1); } while (await soon(s < 8)); for (const x of await soon([1])) s += x; for (const k in await soon({ a: 1 })) s += k.length; return s; }
async function breaks() { outer: for (;;) { for (const x of [1, 2, 3]) { await tick(); if (x === 2) break outer; else continue; } } log('breaks'); }
async function switches(v: number) { switch (await soon(v)) { case await soon(1): log('switches'); return 'one'; default: await tick(); return 'many'; } }
async function throwsBefore() {
  throw new Error('before');
}
async function throwsAfter() {
  await tick();
  throw new RangeError('after');
}
async function rejects() { await fail('rejected'); log('~never'); }
async function catches() { try { await fail('a'); } catch (e) { log('catches-1'); await tick(); log('catches-2'); return (e as Error).message; } }
async function catchesBare() { try { await fail('a'); } catch { log('catchesBare'); } }
async function catchesPattern() { try { await fail('a'); } catch ({ message = await soon('m') }: any) { log('catchesPattern'); return message; } }
async function catchesPatternWaits() { try { await fail('a'); } catch ({ nothing = await soon('m') }: any) { log('catchesPatternWaits'); return nothing; } }
async function finals() { try { await fail('f'); } finally { log('finals-1'); await tick(); log('finals-2'); } }
async function both() { try { await fail('b'); } catch (e) { log('both-1'); await fail('c'); } finally { log('both-2'); } }
async function finallyWins() { try { await fail('lost'); } finally { log('finallyWins'); return 'won'; } }
async function returnThroughFinally() { try { return await soon('r'); } finally { log('returnThroughFinally-1'); await tick(); log('returnThroughFinally-2'); } }
async function nestedTry() { try { try { await fail('x'); } finally { log('nestedTry-1'); } } catch (e) { log('nestedTry-2'); try { await fail('y'); } catch { log('nestedTry-3'); } } log('nestedTry-4'); }
async function rethrows() { try { await fail('again'); } catch (e) { log('rethrows'); throw new Error('wrapped', { cause: e }); } }
async function syncTry() { await tick(); try { JSON.parse('{'); } catch { log('syncTry'); } return 1; }
async function tryInLoop() { let n = 0; for (let i = 0; i < 4; i++) { try { if (i % 2) await fail('odd'); else await tick(); if (i === 2) continue; log('tryInLoop-t'); } catch { n++; log('tryInLoop-c'); } finally { log('tryInLoop-f'); } } return n; }
async function innerArrow() { const f = async (x: number) => await soon(x); const g = async () => { log('innerArrow-g'); await tick(); log('innerArrow-g2'); }; await g(); log('innerArrow'); return f(3); }
async function innerSync() { const f = () => { log('innerSync-f'); return 1; }; await tick(); const r = f(); log('innerSync'); return r; }
async function callbacks() { await tick(); const r = [1, 2].map((x) => { log('callbacks-m'); return x; }); log('callbacks'); return r; }
async function parallel() { const r = await Promise.all([one(), value(), Promise.resolve(1).then((x) => { log('parallel-t'); return x; })]); log('parallel'); return r; }
async function interleaved() { const run = async (n: string) => { for (let i = 0; i < 3; i++) { log('interleaved-r', n); await tick(); } return n; }; return Promise.all([run('a'), run('b'), run('c')]); }
async function raced() { const r = await Promise.race([tick('t'), soon('s')]); log('raced'); return r; }
async function recursive(n: number): Promise<number> { log('recursive'); if (n === 0) return 0; const r = 1 + (await recursive(n - 1)); log('recursive-2'); return r; }
async function aborted() { const c = new AbortController(); const wait = (s: AbortSignal) => new Promise((_, no) => s.addEventListener('abort', () => { log('aborted-l'); no(s.reason); })); setImmediate(() => { log('aborted-i'); c.abort(new Error('cancelled')); }); try { await wait(c.signal); } finally { log('aborted'); } }
async function thenable() { const r = await { then(yes: (v: number) => void) { log('thenable-t'); yes(4); } }; log('thenable'); return r; }
async function thenableThrows() { try { await { then() { log('thenableThrows-t'); throw new Error('then'); } }; } catch (e) { log('thenableThrows'); return String(e); } }
async function computedKey() { class C { [await soon('k')]() { log('computedKey-k'); return 1; } static [await soon('s')] = await2(); } return [new (C as any)().k(), (C as any).s]; }
const await2 = () => 'static';
async function heritage() { class B { b() { return 'b'; } } class C extends (await soon(B)) { c() { log('heritage-c'); return (this as any).b(); } } return new C().c(); }
async function parameterDefault(a = (() => { log('parameterDefault-a'); return 1; })()) { await tick(); return a; }
async function parameterThrows(a: any = (() => { throw new Error('parameter'); })()) { log('~never'); return a; }
async function usesThis(this: any) { await tick(); return (() => this.v)(); }
async function usesArguments() { await tick(); return arguments.length; }
async function hoisted() { const r = await f(); log('hoisted'); return r; async function f() { await tick(); log('hoisted-f'); return 1; } }
async function microtasks() { const order: string[] = []; const a = (async () => { order.push('a1'); await null; order.push('a2'); await null; order.push('a3'); })(); const b = (async () => { order.push('b1'); await null; order.push('b2'); try { await null; } finally { order.push('b3'); } })(); Promise.resolve().then(() => order.push('t1')).then(() => order.push('t2')).then(() => order.push('t3')); await Promise.all([a, b]); await tick(); return order; }
async function forAwaitOrder() { const order: unknown[] = []; const a = (async () => { for await (const x of [1, 2, 3]) order.push(x); order.push('done'); })(); let p = Promise.resolve(); for (let i = 0; i < 12; i++) p = p.then(() => { order.push(`t${i}`); }); await a; await p; return order; }
async function returnOrder() { const order: string[] = []; const f = async () => soon(1); const g = async () => await soon(1); const h = async () => 1; f().then(() => order.push('f')); g().then(() => order.push('g')); h().then(() => order.push('h')); await tick(); return order; }

async function* from(...values: any[]) { for (const v of values) { log('from'); await tick(); if (v instanceof Error) throw v; yield v; } }
async function each() { const got = []; for await (const x of from(1, 2)) { log('each'); got.push(x); } log('each-2'); return got; }
async function eachSingle() { let s = 0; for await (const x of from(1, 2)) s += x; return s; }
async function eachComment() {
  let s = 0
  for await (const x of from(1, 2)) s += x // comment
  log('eachComment')
  return s
}
async function eachEmpty() { for await (const _ of from()); log('eachEmpty'); }
async function eachSync() { const got = []; for await (const x of [soon(1), 2, tick(3)]) { log('eachSync'); got.push(x); } return got; }
async function eachBreaks() { for await (const x of from(1, 2, 3)) { if (x === 2) break; log('eachBreaks'); } log('eachBreaks-2'); }
async function eachContinues() { let n = 0; for await (const x of from(1, 2, 3)) { if (x === 2) continue; n += x; await tick(); log('eachContinues'); } return n; }
async function eachReturns() { for await (const x of from(1, 2, 3)) { log('eachReturns'); if (x === 2) return x; } }
async function eachThrows() { for await (const x of from(1, 2)) { log('eachThrows'); throw new Error(`at ${x}`); } }
async function eachSourceThrows() { try { for await (const x of from(1, new Error('source'))) log('eachSourceThrows-1', x); } catch (e) { log('eachSourceThrows-2'); return String(e); } finally { log('eachSourceThrows-3'); } }
async function eachLabelled() { const got = []; outer: for await (const x of from(1, 2, 3)) { for await (const y of from('a', 'b')) { if (x === 2) continue outer; if (x === 3) break outer; got.push(`${x}${y}`); log('eachLabelled'); } } log('eachLabelled-2'); return got; }
async function eachDoubleLabel() { a: b: for await (const x of from(1, 2)) { if (x === 1) continue b; break a; } log('eachDoubleLabel'); }
async function eachInIf(c: boolean) { if (c) for await (const x of from(1)) log('eachInIf', x); else log('eachInIf-2'); log('eachInIf-3'); }
async function eachAwaits() { for await (const x of await soon(from(1, 2))) { await tick(); log('eachAwaits', x); } }
async function eachPattern() { const got = []; for await (const { a = 5, b: [c] } of [{ b: [1] }, soon({ a: 2, b: [3] })] as any) { log('eachPattern'); got.push(a + c); } return got; }
async function eachPatternWaits() { const got = []; for await (const { a = await soon(5) } of [{}] as any) { log('eachPatternWaits'); got.push(a); } log('eachPatternWaits-2'); return got; }
async function eachAssigns() { const o: any = {}; for await (o.x of from(1, 2)) log('eachAssigns', o.x); return o; }
async function eachNotIterable() { try { for await (const _ of 5 as any); } catch (e) { log('eachNotIterable'); return (e as Error).name; } }
async function eachExpressionThrows() { try { for await (const _ of (() => { throw new Error('head'); })() as any); } catch (e) { log('eachExpressionThrows'); return String(e); } }
async function eachBadNext() { try { for await (const _ of { [Symbol.asyncIterator]: () => ({ next: () => { throw new Error('next'); } }) } as any); } catch (e) { log('eachBadNext'); return String(e); } }
async function eachReturnCalled() { const calls: string[] = []; const it = { [Symbol.asyncIterator]() { return this; }, n: 0, async next() { log('eachReturnCalled-n'); return { value: this.n++, done: false }; }, async return() { log('eachReturnCalled-r'); calls.push('return'); await tick(); return {}; } }; for await (const x of it) if (x === 1) break; log('eachReturnCalled'); return calls; }
async function eachNested() { const got = []; for await (const a of from(1, 2)) { const inner = []; for await (const b of from(a, a * 10)) inner.push(b); got.push(inner); log('eachNested'); } return got; }
async function eachClosures() { const fs: (() => number)[] = []; for await (const x of from(1, 2)) fs.push(() => x); return fs.map((f) => f()); }
async function eachVar() { for await (var x of from(1, 2)) { log('eachVar'); } return x; }
async function eachFunction() { for await (const x of from(1)) { log('eachFunction'); function g() { return x; } return g(); } }
const arrowAwait = async () => await tick(1);
const arrowAwaitObject = async () => ({ a: await soon(1) });
const arrowAwaitTernary = async (c: boolean) => (await soon(c)) ? await soon(1) : 2;
const arrowNoAwait = async (x: number) => x;
const arrowIn = async () => [1, 2].map(async (x) => await soon(x * 2));
const object = { async method() { log('object.method'); await tick(); log('object.method-2'); return 1; }, arrow: async () => await soon(2), async *gen() { yield await soon(3); }, async ['computed']() { return await soon(4); } };
class Holder { #v = 1; async get() { await tick(); log('Holder.get'); return this.#v; } static async make() { await tick(); return new Holder(); } field = async () => { await tick(); return this.#v; }; }
class Child extends Holder { override async get() { log('Child.get'); const r = (await super.get()) + 1; log('Child.get-2'); return r; } }

export const cases: Record<string, () => unknown> = {
  none, one, value, bare, nested, operators, chained, optional: () => Promise.all([optional(), optional({ x: { k: 1 } })]), logical,
  conditional: () => Promise.all([conditional(true), conditional(false)]), template, literals, args, destructuring, assignment, newing,
  awaitedFunction, comma, comments, newline, asi, returns, returnsPromise, loops, breaks, switches: async () => [await switches(1), await switches(2)],
  throwsBefore, throwsAfter, rejects, catches, catchesBare, catchesPattern, catchesPatternWaits, finals, both, finallyWins, returnThroughFinally, nestedTry, rethrows, syncTry, tryInLoop,
  innerArrow, innerSync, callbacks, parallel, interleaved, raced, recursive: () => recursive(3), aborted, thenable, thenableThrows, computedKey, heritage,
  parameterDefault, parameterThrows, usesThis: () => usesThis.call({ v: 3 }), usesArguments: () => (usesArguments as any)(1, 2), hoisted, microtasks, forAwaitOrder, returnOrder,
  each, eachSingle, eachComment, eachEmpty, eachSync, eachBreaks, eachContinues, eachReturns, eachThrows, eachSourceThrows, eachLabelled, eachDoubleLabel,
  eachInIf: async () => { await eachInIf(true); await eachInIf(false); }, eachAwaits, eachPattern, eachPatternWaits, eachAssigns, eachNotIterable, eachExpressionThrows, eachBadNext, eachReturnCalled, eachNested, eachClosures, eachVar, eachFunction,
  arrowAwait, arrowAwaitObject, arrowAwaitTernary: () => arrowAwaitTernary(true), arrowNoAwait: () => arrowNoAwait(1), arrowIn: async () => Promise.all(await arrowIn()),
  objects: async () => { const got = [await object.method(), await object.arrow(), await object.computed()]; for await (const x of object.gen()) got.push(x); return got; },
  holders: async () => { const c = new Child(); return [await c.get(), await c.field(), await (await Holder.make()).get()]; },
};
