/** Zones in C++ sources: what is put in where, and what is left as it is. */
import test from 'ava';
import { openCppTree } from '../../generator/trace/cpp_tree.ts';
import { traceCpp, type TracedCpp } from '../../generator/trace/cpp_zones.ts';
import { everything, type TraceRules } from '../../generator/trace/rules.ts';

const parser = await openCppTree();

const traced = (text: string, rules: Partial<TraceRules> = {}): TracedCpp =>
  traceCpp(parser, text, { path: 'src/feed.hpp', rules: { ...everything, ...rules } });

const prologue = '#include "loom/trace.hpp"\n#line 1 "src/feed.hpp"\n';

test('a zone stands behind the brace, and no line moves', (t) => {
  const text = '#pragma once\nint f()\n{\n  return 1;\n}\nS::S() : a{1} { }\n';
  t.is(
    traced(text).text,
    `${prologue}#pragma once\nint f()\n{ LOOM_ZONE("f", 0x000000);\n  return 1;\n}\n` +
      'S::S() : a{1} { LOOM_ZONE("S::S", 0x000000); }\n',
  );
  t.deepEqual(traced(text).zones, [
    { name: 'f', line: 2, colour: 0 },
    { name: 'S::S', line: 6, colour: 0 },
  ]);
});

test('twice is once', (t) => {
  const once = traced('int f() { return 1; }').text;
  t.is(traced(once).text, once);
});

test('carriage returns and a byte order mark stay where they were', (t) => {
  const text = '\uFEFFint f() {\r\n  return 1;\r\n}\r\n';
  t.is(
    traced(text).text,
    '\uFEFF#include "loom/trace.hpp"\r\n#line 1 "src/feed.hpp"\r\n' +
      'int f() { LOOM_ZONE("f", 0x000000);\r\n  return 1;\r\n}\r\n',
  );
});

test('a quote in a name or a path is escaped', (t) => {
  const rules = everything;
  const { text } = traceCpp(parser, 'int operator""_x(char) { return 1; }', {
    path: 'a"\\b',
    rules,
  });
  t.true(text.includes('#line 1 "a\\"\\\\b"'));
  t.true(text.includes('LOOM_ZONE("operator\\"\\"_x", 0x000000);'));
});

test('compilers do not know the attribute, so the copy is without it', (t) => {
  const text = '[[nodiscard, loom::no_trace]] int f() { return 1; }';
  const copy = traced(text);
  t.deepEqual(copy.zones, []);
  t.is(copy.text, `${prologue}[[nodiscard,               ]] int f() { return 1; }`);
});

test('rules choose by name, by path and by length, and colour what belongs to an fd', (t) => {
  const text =
    'struct Echo {\n void on_data() { a(); }\n void help() {\n a();\n }\n};\nint f() { }';
  const names = (rules: Partial<TraceRules>): string[] =>
    traced(text, rules).zones.map(({ name }) => name);
  t.deepEqual(names({ include: ['Echo::*'] }), ['Echo::on_data', 'Echo::help']);
  t.deepEqual(names({ exclude: ['Echo::on_?ata', 'f'] }), ['Echo::help']);
  t.deepEqual(names({ include: ['src/*.hpp'], exclude: ['**/feed.hpp'] }), []);
  t.deepEqual(names({ include: ['*.hpp'] }), []);
  t.deepEqual(names({ minimumBodyLines: 2 }), ['Echo::help']);
  const colours = new Map([['Echo', 0x2e8b57]]);
  t.deepEqual(
    traced(text, { colours }).zones.map(({ colour }) => colour),
    [0x2e8b57, 0x2e8b57, 0],
  );
});

test('the zone of a coroutine is closed while that is suspended', (t) => {
  const { text, warnings } = traced('task f() { a = co_await g(co_await b) + 1; co_yield a; }');
  t.deepEqual(warnings, []);
  t.is(
    text.split('\n').at(-1),
    'task f() { LOOM_COROUTINE_ZONE(loom_zone_of_1, "f", 0x000000); ' +
      'a = (void(loom_zone_of_1.pause()), ' +
      'co_await g((void(loom_zone_of_1.pause()), co_await b))) + 1; ' +
      '(void(loom_zone_of_1.pause()), co_yield a); }',
  );
  // Nothing is open before the body, nor behind its end.
  t.regex(traced('task f() { co_return; }').text, /\{ LOOM_ZONE\(/);
});

test('what cannot be traced is left as it is, and says so', (t) => {
  const broken = 'int f() { return 1; }\nint g( {{{\n';
  t.deepEqual(traced(broken), {
    text: broken,
    zones: [],
    warnings: [{ line: 2, name: null, why: 'braces' }],
  });
  const unit = 'module;\nexport module feed;\nint f() { return 1; }\n';
  t.deepEqual(traced(unit).warnings, [{ line: 1, name: null, why: 'module' }]);
  for (const text of ['export module feed.book:top;', '\n// a\n module feed [[a]] ;']) {
    t.is(traced(`${text}\nint f() { return 1; }`).warnings[0]?.why, 'module', text);
  }
  const unread = traced('task f() { g(co_await +* ; }');
  t.deepEqual(unread.warnings, [{ line: 1, name: 'f', why: 'unparsed' }]);
  const large = `int f() { return 1; }${' '.repeat(4_000_000)}`;
  t.deepEqual(traced(large).warnings, [{ line: 1, name: null, why: 'size' }]);
});

test('a variable, a comment or a literal that begins with "module" makes no module', (t) => {
  const texts = [
    'void f() {\nmodule = dlopen(x);\n}',
    'void f() {\nmodule->f();\n}',
    '/*\nmodule loads;\n*/ int f() { return 1; }',
    'int f() { return s(R"(\nmodule loads;\n)"); }',
  ];
  for (const text of texts) {
    t.deepEqual(traced(text).warnings, [], text);
    t.is(traced(text).zones.length, 1, text);
  }
});
