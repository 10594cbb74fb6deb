// Functions, arrows and their bodies. log('x') is called with the zone of the innermost function.
'use strict';
declare const log: (id: string, value?: unknown) => void;

function plain() { log('plain'); return 1; }
function empty() {}
function emptyLines() {
}
function onlyComment() { /* nothing */ }
function lineComment() {
  log('lineComment') // no semicolon
}
function allman()
{
  log('allman');
}
function withDirective() { 'use strict'; log('withDirective'); return this; }
function directiveWithoutSemicolon() {
  'use strict'
  log('directiveWithoutSemicolon')
}
function twoDirectives() { 'use strict'; "another"; log('twoDirectives'); }
function onlyDirective() { 'use strict' }
function notDirective() { ('use strict'); log('notDirective'); return 2; }
function defaults(a = 1, { b = 2, c: [d = 3] = [] } = {}, ...rest: number[]) { log('defaults'); return [a, b, d, rest]; }
function defaultArrow(f = () => { log('defaultArrow-in'); return 4; }) { log('defaultArrow'); return f(); }
function defaultSees(a: number, f = () => a) { log('defaultSees'); a = 9; return f(); }
function shadowed(a: number) { function a2() { return a; } { const a = 5; return a + a2(); } }
function innerSameName(a: any) { function a() { log('innerSameName-a'); return 1; } return typeof a; }
function hoisted() { log('hoisted'); return later(); function later() { log('hoisted-later'); return 6; } }
function variables() { if (true) { var x = 1; } log('variables'); return x; }
function parameterVariable(a: number) { var a: number; log('parameterVariable'); return a; }
function overloaded(a: string): string;
function overloaded(a: number): number;
function overloaded(a: any): any { log('overloaded'); return a; }
function nestedOverload() { function g(a: string): void; function g(a: any) { log('nestedOverload-g'); } g('x'); return g.length; }
function guard(x: unknown): x is string { log('guard'); return typeof x === 'string'; }
function asserting(x: unknown): asserts x { log('asserting'); if (!x) throw new TypeError('no'); }
function withThis(this: { v: number }, n: number) { log('withThis'); return this.v + n; }
function usesArguments() { log('usesArguments'); return arguments.length; }
function arrowArguments(..._: number[]) { const f = () => arguments.length; return f(); }
function newTarget() { log('newTarget'); return new.target === undefined; }
function Old(this: any) { log('Old'); this.a = 1; }
function early(n: number) { log('early'); if (n > 0) return 'up'; if (n < 0) return 'down'; return 'zero'; }
function implicit() { log('implicit'); if (false) return 1; }
function throwing() {
  log('throwing');
  throw new RangeError('thrown');
}
function throwingDeep() {
  const inner = () => {
    throwing();
  };
  inner();
}
function catching() { try { throwing(); } catch (e) { log('catching'); return (e as Error).message; } finally { log('catching-f'); } }
function finallyReturns() { try { throw new Error('lost'); } finally { return 'won'; } }
function finallyOverrides(): number { try { return 1; } finally { log('finallyOverrides'); } }
function returnOrder() { let x = 1; try { return x; } finally { x = 2; log('returnOrder', x); } }
function labels() { outer: for (let i = 0; ; i++) { for (;;) { if (i === 3) break outer; continue outer; } } log('labels'); return 'out'; }
function labelBlock() { a: { log('labelBlock'); break a; } return 1; }
function switching(n: number) { switch (n) { case 1: log('switching'); return 'one'; case 2: { let q = 2; return q; } default: return () => n; } }
function loops() { let s = 0; for (const i of [1, 2]) s += i; for (const k in { a: 1 }) s += k.length; while (s < 5) s++; do s++; while (s < 7); log('loops'); return s; }
function recursive(n: number): number { return n === 0 ? (log('recursive'), 0) : 1 + recursive(n - 1); }
function closures() { return [1, 2, 3].map((x) => { log('closures-m' ); return x * 2; }); }
function closureLet() { const fs: (() => number)[] = []; for (let i = 0; i < 3; i++) fs.push(() => i); return fs.map((f) => f()); }
function localClass() { class L { m() { log('localClass-m'); return 1; } } return new L().m(); }
function localEnum() { enum E { A, B } log('localEnum'); return E.B; }
function templates() { return `a${(() => { log('templates-a'); return 1; })()}b${[1].map((x) => `${x}`)}`; }
function tag(s: TemplateStringsArray, ...v: unknown[]) { log('tag'); return [s.raw, v]; }
function tagged() { return tag`x${1}\n${(() => 2)()}`; }
function regexes() { const r = /[{}]\/"/; log('regexes'); return r.source; }
function strings() { return '}{' + "}'" + `}` + '\u2028'; }
function commas() { return (log('commas'), 1), 2; }
function sequence() { let a = (1, 2); return a; }
function voided() { return void log('voided'); }
function deleting() { const o: any = { a: 1 }; return delete o.a; }
function optional(o?: { f?: () => number }) { return o?.f?.() ?? 'none'; }
function asi() {
  let a = 1
  let b = a
  ;[a, b] = [b, 2]
  ;(() => { log('asi-a') })()
  return a + b
}
function duplicated() { var twice; function twice() { return 1; } return typeof twice; }
function constAssertion() { return { a: 1 } as const; }
function generic<T extends { a: number }>(x: T): T['a'] { log('generic'); return x.a; }
function destructured({ a, ...rest }: any, [x, , y]: any) { log('destructured'); return [a, rest, x, y]; }
function nameOf() { const f = () => 1; const g = function () {}; const h = async () => {}; return [f.name, g.name, h.name, plain.name]; }
function lengthOf() { return [defaults.length, ((a: any, b: any) => 1).length, plain.length]; }
function propertiesOf() { const f = () => 1; const g = function () {}; return ['prototype' in f, 'prototype' in g]; }
function ünïcode() { log('ünïcode'); return '💡'; }
function $dollar$() { log('$dollar$'); return 1; }
function lineContinuation() { return 'a\
b'; }
function evalOrder() { const order: number[] = []; const o = { get a() { order.push(1); return (x: number) => order.push(x); } }; o.a(2); return order; }
function getterThrows() { const o = { get a(): number { log('getterThrows-a'); throw new Error('getter'); } }; try { return o.a; } catch (e) { log('getterThrows'); return String(e); } }
function sorts() { return [3, 1, 2].sort((a, b) => a - b); }
function replaces() { return 'abc'.replace(/b/, (m) => { log('replaces-m'); return m.toUpperCase(); }); }
function toJson() { return JSON.stringify({ toJSON: () => { log('toJson-a'); return 'j'; } }); }
function valueOf() { return +{ valueOf() { log('valueOf-v'); return 7; } }; }
function proxies() { return new Proxy({}, { get: (_t, k) => { log('proxies-g'); return String(k); } }) as any; }
function typed() { type A = () => void; interface I { f(): void; g: () => number } const x: I = { f() {}, g: () => 3 }; return x.g(); }

/* loom: no trace */
function silenced() { log('~silenced'); return 1; }
function silencedInside() { // loom: no trace
  log('~silencedInside'); return 1; }
// loom: no trace
const silencedArrow = () => 1;

const arrow = () => 1;
const arrowObject = () => ({ a: 1 });
const arrowObjectBlock = () => { ({ a: 1 }); };
const arrowArray = () => [1];
const arrowParens = (a: number, b = 2) => (a, b);
const arrowTernary = (a: number) => a ? (b: number) => b : (c: number) => -c;
const arrowChain = (a: number) => (b: number) => (c: number) => a + b + c;
const arrowLines = (a: number) =>
  a
    + 1
const arrowComment = () => /* before */ 5 /* after */;
const arrowLineComment = () => // before
  6;
const arrowAs = () => 1 as unknown as string;
const arrowSatisfies = () => ({ a: 1 }) satisfies { a: number };
const arrowNonNull = (a?: string) => a!;
const arrowRegex = () => /a\/b/g.source;
const arrowTemplate = () => `x${1}`;
const arrowNew = () => new Map([[1, 2]]);
const arrowThrow = () => { throw new SyntaxError('arrow'); };
const arrowFunction = () => function () { log('arrowFunction-f'); return 1; };
const arrowClass = () => class { a = 1; };
const arrowAssign = () => { let x; return (() => x = 3)() + x!; };
const arrowVoid = () => void 0;
const arrowGeneric = <T,>(x: T): T => x;
const arrowTyped = (x: number): { a: number } => ({ a: x });
const arrowGuard = (x: unknown): x is number => typeof x === 'number';
const arrowDestructured = ({ a = 1 } = {}, [b] = [2]) => a + b;
const arrowIn = () => 'a' in { a: 1 };
const arrowSpread = (...a: number[]) => Math.max(...a);
const arrowDefault = (a = (() => { log('arrowDefault-a'); return 8; })()) => a;
const expression = function () { log('expression'); return 1; };
const named = function self(n: number): number { log('named'); return n ? self(n - 1) : 0; };
const immediate = (function () { return 3; })();
const immediateArrow = (() => 4)();
const many = [() => 1, () => 2, function () { return 3; }];
const object = {
  method() { log('object.method'); return this.value; },
  value: 5,
  'quoted name'() { log('quoted'); return 1; },
  "it's \"x\""() { log('quotes'); return 2; },
  42() { return 42; },
  [`computed${1}`]() { log('computed'); return 3; },
  [(() => 'key')()]: () => 9,
  arrow: () => 1,
  function: function () { return this.value; },
  get accessor() { log('get accessor'); return this.value; },
  set accessor(v) { log('set accessor'); this.value = v; },
  nested: { deep: { f: () => { log('deep'); return 1; } } },
  superCall: { __proto__: { m() { log('proto.m'); return 'p'; } }, m() { return super.m() + 'c'; } } as any,
};
let assigned: any; assigned = () => { log('assigned'); return 1; };
const holder: any = {}; holder.a = { }; holder.a.b = function () { log('holder'); return 1; };
namespace Space { export namespace Inner { export function f() { log('Space.Inner.f'); return 1; } } export const g = () => 2; }
declare function nowhere(): void;
declare module 'x' { function nothing(): void; }
abstract class Signature { abstract f(): void; declare g: () => void; }

export const cases: Record<string, () => unknown> = {
  plain, empty, emptyLines, onlyComment, lineComment, allman, withDirective, directiveWithoutSemicolon, twoDirectives,
  onlyDirective, notDirective, defaults: () => [defaults(), defaults(7, { b: 8, c: [9] } as any, 1, 2)],
  defaultArrow, defaultSees: () => defaultSees(1), shadowed: () => shadowed(1), innerSameName: () => innerSameName(1),
  hoisted, variables, parameterVariable: () => parameterVariable(3), overloaded: () => [overloaded(1), overloaded('a')],
  nestedOverload, guard: () => guard('x'), asserting: () => asserting(0), withThis: () => withThis.call({ v: 1 }, 2),
  usesArguments: () => (usesArguments as any)(1, 2), arrowArguments: () => arrowArguments(1, 2, 3), newTarget,
  Old: () => new (Old as any)().a, early: () => [early(1), early(-1), early(0)], implicit, throwing, throwingDeep, catching,
  finallyReturns, finallyOverrides, returnOrder, labels, labelBlock,
  switching: () => [switching(1), switching(2), (switching(3) as any)()], loops, recursive: () => recursive(5), closures,
  closureLet, localClass, localEnum, templates, tagged, regexes, strings, commas, sequence, voided, deleting,
  optional: () => [optional(), optional({ f: () => 1 })], asi, duplicated, constAssertion, generic: () => generic({ a: 1 }),
  destructured: () => destructured({ a: 1, b: 2 }, [1, 2, 3]), nameOf, lengthOf, propertiesOf, ünïcode, $dollar$,
  lineContinuation, evalOrder, getterThrows, sorts, replaces, toJson, valueOf, proxies: () => proxies().abc, typed,
  silenced, silencedInside, silencedArrow, arrow, arrowObject, arrowObjectBlock, arrowArray, arrowParens: () => arrowParens(1),
  arrowTernary: () => [arrowTernary(1)(2), arrowTernary(0)(2)], arrowChain: () => arrowChain(1)(2)(3),
  arrowLines: () => arrowLines(1), arrowComment, arrowLineComment, arrowAs, arrowSatisfies, arrowNonNull: () => arrowNonNull('a'),
  arrowRegex, arrowTemplate, arrowNew: () => [...arrowNew()], arrowThrow, arrowFunction: () => arrowFunction()(),
  arrowClass: () => new (arrowClass())().a, arrowAssign, arrowVoid, arrowGeneric: () => arrowGeneric(1),
  arrowTyped: () => arrowTyped(1), arrowGuard: () => arrowGuard(1), arrowDestructured, arrowIn, arrowSpread: () => arrowSpread(1, 5),
  arrowDefault, expression, named: () => named(2), immediate: () => immediate, immediateArrow: () => immediateArrow,
  many: () => many.map((f) => f()), method: () => object.method(), quoted: () => object['quoted name'](),
  quotes: () => object["it's \"x\""](), number: () => object[42](), computed: () => (object as any).computed1(),
  key: () => (object as any).key(), objectArrow: () => object.arrow(), objectFunction: () => object.function(),
  accessor: () => { object.accessor = 6; const v = object.accessor; object.accessor = 5; return v; },
  deep: () => object.nested.deep.f(), superCall: () => object.superCall.m(), assigned: () => assigned(),
  holder: () => holder.a.b(), space: () => [Space.Inner.f(), Space.g()],
};
export default () => { log('default'); };
