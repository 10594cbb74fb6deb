// Classes: constructors before and after super, fields, accessors, private names, static blocks.
declare const log: (id: string, value?: unknown) => void;

class Base {
  made: string[] = [];
  constructor(...given: unknown[]) { log('Base'); this.made.push(`base ${given}`); this.hook(); }
  hook() { this.made.push('base hook'); }
  greet() { log('Base.greet'); return 'base'; }
  static make() { return new this(); }
}
class Implicit extends Base {}
class After extends Base {
  field = 'set';
  constructor() { super(1); log('After'); this.made.push(this.field); }
}
class AfterNoSemicolon extends Base {
  constructor() {
    super(2)
    log('AfterNoSemicolon')
  }
}
class OnlySuper extends Base { constructor() { super(); } }
class OnlySuperBare extends Base { constructor() { super() } }
class Before extends Base {
  constructor() { const x = [1, 2].map((each) => { log('Before-m'); return each; }); super(x); log('Before'); this.made.push('end'); }
}
class Conditional extends Base {
  constructor(flag: boolean) { if (flag) { super('yes'); } else { super('no'); } log('Conditional'); this.made.push('end'); }
}
class InArrow extends Base {
  constructor() { const call = () => { log('InArrow-a'); super('arrow'); }; call(); log('InArrow'); this.made.push('end'); }
}
class InExpression extends Base {
  constructor() { const self = super('expression') as any; log('InExpression'); self.made.push(self === this); }
}
class InTernary extends Base { constructor(a: boolean) { a ? super(1) : super(2); log('InTernary'); } }
class InTry extends Base { constructor() { try { super('try'); } finally { log('InTry'); } this.made.push('end'); } }
class SuperTwice extends Base { constructor() { super(); try { super(); } catch (e) { log('SuperTwice'); this.made.push((e as Error).name); } } }
class NoSuper extends Base { constructor() { log('NoSuper'); } }
class Returns extends Base { constructor() { return { other: true } as any; } }
class ReturnsAfter extends Base { constructor() { super(); if (this.made) return { other: 2 } as any; this.made = []; } }
class ThisBefore extends Base { constructor() { try { this.made; } catch (e) { log('ThisBefore'); super((e as Error).name); } } }
class SuperThrows extends Base { constructor() { super({ toString() { log('SuperThrows-t'); throw new EvalError('in super'); } }); log('~never'); } }
class ThrowsAfter extends Base {
  constructor() {
    super();
    throw new URIError('after super');
  }
}
class UsedBefore extends Base {
  constructor() { const f = () => later; super(); const later = 3; log('UsedBefore'); this.made.push(String(f())); }
}
class FunctionBefore extends Base {
  constructor() { super(helper()); log('FunctionBefore'); function helper() { log('FunctionBefore-h'); return 'helped'; } }
}
class Properties extends Base {
  other = this.first + 1;
  constructor(readonly first: number, protected second = 2) { super(first); log('Properties'); this.made.push(`${this.other} ${this.second}`); }
}
class PropertiesUsedBefore extends Base {
  constructor(readonly first: number) { const f = () => late; super(first); let late = this.first; this.made.push(String(f())); }
}
class PlainProperties { constructor(public a: number, private b = () => { log('PlainProperties-b'); return 2; }) { log('PlainProperties'); } sum() { return this.a + this.b(); } }
class DirectiveFirst extends Base { constructor() { 'use strict'; super('directive'); log('DirectiveFirst'); } }
class Null extends (null as any) { static s() { log('Null.s'); return 1; } }
class SuperInArguments extends Base { constructor() { super((() => { log('SuperInArguments-a'); return 'a'; })()); log('SuperInArguments'); } }
class Overloaded extends Base { constructor(a: string); constructor(a: number); constructor(a: any) { super(a); log('Overloaded'); } }
class SuperMethods extends Base {
  greet() { log('SuperMethods.greet'); return `${super.greet()}+derived`; }
  arrow = () => { log('SuperMethods.arrow'); return super.greet(); };
  static make() { log('SuperMethods.make'); return super.make(); }
  get up() { return super.greet; }
}
class Fields {
  plain = 1;
  arrow = () => { log('Fields.arrow'); return this.plain; };
  short = () => this.plain + 1;
  async = async () => { log('Fields.async'); return this.plain; };
  static count = 0;
  static bump = () => ++Fields.count;
  wrapped = ((f: () => number) => f)(() => { log('wrapped'); return 4; });
  ['computed' + 1] = () => { log('computed1'); return 5; };
  'quoted key' = () => 6;
  #secret = () => { log('secret'); return this.#hidden(); };
  #hidden() { log('hidden'); return 7; }
  get #inner() { log('inner'); return 8; }
  set #inner(v: number) { log('inner set'); this.plain = v; }
  static #made = 0;
  static #make() { log('static #make'); return ++Fields.#made; }
  static made() { return Fields.#make(); }
  reveal() { this.#inner = 9; return [this.#secret(), this.#inner, this.plain, #secret in this]; }
  declare ghost: () => void;
  optional?: () => void;
}
class Statics {
  static order: string[] = [];
  static { log('Statics 1'); this.order.push('one'); }
  static field = Statics.order.push('field');
  static { try { throw new Error('inside'); } catch { log('Statics 2'); Statics.order.push('two'); } }
  static { var local = 3; const f = () => { log('Statics-f'); return local; }; Statics.order.push(String(f())); }
  static {}
}
class Accessors {
  #v = 1;
  get value() { log('Accessors.get'); return this.#v; }
  set value(v) { log('Accessors.set'); if (v < 0) throw new RangeError('negative'); this.#v = v; }
  static get shared() { return 's'; }
  get [Symbol.toStringTag]() { return 'Tagged'; }
  accessor auto = 3;
}
class Iterable2 { *[Symbol.iterator]() { log('iterator'); yield 1; yield 2; } static *count(n: number) { for (let i = 0; i < n; i++) yield i; } }
abstract class Abstract { abstract a(): number; abstract get b(): number; c() { log('Abstract.c'); return this.a() + this.b; } }
class Concrete extends Abstract { a() { return 1; } get b() { return 2; } override c() { return super.c() + 1; } }
const Expression = class { m() { log('Expression.m'); return 1; } };
const Named = class Inner { m() { log('Inner.m'); return Inner.name; } };
const Mixin = <T extends new (...a: any[]) => object>(B: T) => class extends B { constructor(...a: any[]) { super(...a); log('Mixin'); } mixed() { return 'mixed'; } };
class Thenable { then(resolve: (v: number) => void) { log('then'); resolve(5); } }
class Generic<T> { constructor(readonly v: T) {} map<U>(f: (v: T) => U): Generic<U> { log('map'); return new Generic(f(this.v)); } }
class Fluent { s = ''; a() { this.s += 'a'; return this; } b() { this.s += 'b'; return this; } }
class Names { constructor() { log('Names'); } static name2 = Names.name; 123() { return 1; } 'a b'() { return 2; } static async *gen() { yield 1; } async() { return 3; } get() { return 4; } set() { return 5; } static() { return 6; } }
interface Shape { area(): number; readonly name: string }
class Square implements Shape { name = 'square'; constructor(private side: number) {} area(): number { log('area'); return this.side ** 2; } }
function decorate(tag: string) {
  return function (value: any, context: { kind: string; name: unknown }): any {
    log('decorate');
    if (context.kind === 'method') return function (this: unknown, ...a: unknown[]) { log('decorated'); return [tag, value.apply(this, a)]; };
    return value;
  };
}
const outer = { make: () => class { static { log('outer.static'); } deep() { return () => { log('outer.deep'); return 1; }; } } };

const made = (f: () => { made?: string[] }) => () => f().made;
export const cases: Record<string, () => unknown> = {
  Implicit: made(() => new Implicit(1, 2)), After: made(() => new After()), AfterNoSemicolon: made(() => new AfterNoSemicolon()),
  OnlySuper: made(() => new OnlySuper()), OnlySuperBare: made(() => new OnlySuperBare()), Before: made(() => new Before()),
  Conditional: () => [new Conditional(true).made, new Conditional(false).made], InArrow: made(() => new InArrow()),
  InExpression: made(() => new InExpression()), InTernary: () => [new InTernary(true).made, new InTernary(false).made],
  InTry: made(() => new InTry()), SuperTwice: made(() => new SuperTwice()), NoSuper: () => new NoSuper(),
  Returns: () => new Returns(), ReturnsAfter: () => new ReturnsAfter(), ThisBefore: made(() => new ThisBefore()),
  SuperThrows: () => new SuperThrows(), ThrowsAfter: () => new ThrowsAfter(), UsedBefore: made(() => new UsedBefore()),
  FunctionBefore: made(() => new FunctionBefore()), Properties: made(() => new Properties(4)),
  PropertiesUsedBefore: made(() => new PropertiesUsedBefore(6)), PlainProperties: () => new PlainProperties(1).sum(),
  DirectiveFirst: made(() => new DirectiveFirst()), Null: () => Null.s(), SuperInArguments: made(() => new SuperInArguments()),
  Overloaded: made(() => new Overloaded(1)),
  SuperMethods: () => { const s = new SuperMethods(); return [s.greet(), s.arrow(), SuperMethods.make().constructor.name, s.up()]; },
  Fields: async () => { const f = new Fields() as any; return [f.arrow(), f.short(), await f.async(), Fields.bump(), f.wrapped(), f.computed1(), f['quoted key'](), f.reveal(), Fields.made()]; },
  Statics: () => Statics.order,
  Accessors: () => { const a = new Accessors(); a.value = 3; try { a.value = -1; } catch (e) { log('Accessors'); return [a.value, Accessors.shared, String(a), a.auto, (e as Error).message]; } },
  Iterable: () => [...new Iterable2(), ...Iterable2.count(3)], Concrete: () => new Concrete().c(),
  Expression: () => new Expression().m(), Named: () => new Named().m(), Mixin: () => new (Mixin(Fluent))().mixed(),
  Thenable: async () => await (new Thenable() as any), Generic: () => new Generic(1).map((v) => v + 1).v,
  Fluent: () => new Fluent().a().b().a().s,
  Names: async () => { const n = new Names(); const got = [n[123](), n['a b'](), n.async(), n.get(), n.set(), n.static(), Names.name2]; for await (const x of Names.gen()) got.push(x); return got; },
  Square: () => new Square(3).area(),
  decorated: () => { class D { @decorate('x') m(a: number) { log('D.m'); return a; } @decorate('y') get g() { return 1; } @decorate('z') f = () => 2; } const d = new D(); return [d.m(1), d.g, d.f()]; },
  outer: () => new (outer.make())().deep()(),
};
