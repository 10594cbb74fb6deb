/** Calls that hold up a reactor, found in handlers and in what these call. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { allowComment } from '../../generator/blocking/allow_comment.ts';
import { checkBlocking, hooks } from '../../generator/blocking/check.ts';
import { factsOf } from '../../generator/blocking/facts.ts';
import { cppSources } from '../../generator/blocking/sources.ts';
import { build } from '../../generator/commands/build.ts';
import { unchangedBuild } from '../../generator/commands/unchanged.ts';
import { stampKey } from '../../generator/stamp.ts';
import { renderDiagnostics } from '../../generator/report/render.ts';
import { openCppTree } from '../../generator/trace/cpp_tree.ts';
import { blockingDocument } from '../../schemas/blocking_docs.ts';
import { sampleIr } from './ir_sample.ts';
import { project } from './workspace.ts';

const parser = await openCppTree();
const cases = fileURLToPath(new URL('../cases/diagnostics/', import.meta.url));

/** The codes and lines of what the handler Feed does wrong. */
function found(...texts: string[]): string[] {
  const facts = texts.map((text, index) => factsOf(parser, `/${index}.hpp`, text));
  return checkBlocking(facts, ['Feed']).map(({ code, place }) => `${code}:${place?.line}`);
}

/** A hook of Feed with a body on line 1. */
const hook = (body: string, more = ''): string =>
  `struct Feed { void on_data(auto& c, loom::Bytes b) { ${body} } ${more} };`;

for (const folder of readdirSync(cases).filter((name) => /^LOOM71/.test(name))) {
  test(`${folder} says exactly what is wrong`, (t) => {
    const directory = join(cases, folder);
    const file = join(directory, 'feed.hpp');
    const facts = factsOf(parser, file, readFileSync(file, 'utf8'));
    const all = checkBlocking([facts], ['Feed']);
    // What is left out is said last, and the rest is 50 times the same.
    const shown = folder.startsWith('LOOM7105') ? all.slice(-1) : all;
    const text = renderDiagnostics(shown, { directory, color: false });
    if (process.env.UPDATE_FIXTURES === '1') writeFileSync(join(directory, 'expected.txt'), text);
    t.is(text, readFileSync(join(directory, 'expected.txt'), 'utf8'));
  });
}

test('every hook that a loop calls is one of those that are compared', (t) => {
  const folder = fileURLToPath(new URL('../../templates/runtime/loom/', import.meta.url));
  const views = fileURLToPath(new URL('../../generator/views/', import.meta.url));
  const known = new Set<string>();
  for (const name of readdirSync(folder).filter((file) => file.endsWith('.hpp'))) {
    const text = readFileSync(join(folder, name), 'utf8');
    for (const [, hook = ''] of text.matchAll(/`handler\.(\w+)\(/g)) known.add(hook);
  }
  for (const name of readdirSync(views)) {
    const text = readFileSync(join(views, name), 'utf8');
    for (const [, hook = ''] of text.matchAll(/void (run|on_\w+)\(/g)) known.add(hook);
  }
  // A worker of a pool calls this one.
  known.delete('on_call');
  t.true(known.has('on_batch_end') && known.has('run'));
  t.deepEqual([...hooks].sort(), [...known].sort());
});

test('errors are said however many warnings came before, and how many were left out', (t) => {
  const warnings = Array.from({ length: 60 }, () => 'puts(a);').join('\n');
  const codes = found(hook(`${warnings}\nsleep(1);`));
  t.is(codes.length, 52);
  t.deepEqual(codes.slice(-2), ['LOOM7101:61', 'LOOM7105:51']);
});

test('a source that is too large to be read is named', (t) => {
  const directory = project(t);
  writeFileSync(join(directory, 'table.hpp'), ' '.repeat(1_000_001));
  writeFileSync(join(directory, 'more.hpp'), '#include "table.hpp"\n');
  const ir = { ...sampleIr(), handlersHeader: '../more.hpp' };
  const { texts, diagnostics } = cppSources(ir, join(directory, 'out'));
  t.deepEqual([...texts.keys()], [join(directory, 'more.hpp')]);
  t.deepEqual(
    diagnostics.map(({ code, place }) => [code, place?.file]),
    [['LOOM7105', join(directory, 'table.hpp')]],
  );
});

test('the first source that is one too many is named', (t) => {
  const directory = project(t);
  const names = Array.from({ length: 513 }, (_each, index) => `part${index}.hpp`);
  for (const name of names) writeFileSync(join(directory, name), '');
  const text = names.map((name) => `#include "${name}"\n`).join('');
  writeFileSync(join(directory, 'all.hpp'), text);
  const ir = { ...sampleIr(), handlersHeader: '../all.hpp' };
  const { texts, diagnostics } = cppSources(ir, join(directory, 'out'));
  t.is(texts.size, 512);
  t.deepEqual(
    diagnostics.map(({ code, place }) => [code, place?.file]),
    [['LOOM7105', join(directory, 'part511.hpp')]],
  );
});

test('a call is followed through functions of all sources', (t) => {
  const far = 'inline void deeper() { sleep(1); }\nvoid unused() { sleep(2); }';
  t.deepEqual(found(hook('help();', 'void help() { detail::deeper(); }'), far), []);
  t.deepEqual(found(hook('help();', 'void help() { deeper(); }'), far), ['LOOM7101:1']);
});

test('what runs before the loop or on a pool is not compared', (t) => {
  t.deepEqual(found('struct Feed { Feed() { sleep(1); } void on_start() { sleep(1); } };'), []);
  t.deepEqual(found(hook('loom::offload(pools.crunch, [&] { sleep(1); return new int; });')), []);
  t.deepEqual(found(hook('pools.crunch.submit([] { sleep(1); }, [](auto) { });')), []);
  t.deepEqual(found(hook('pools.crunch.submit([] { }, [](auto) { sleep(1); });')), ['LOOM7101:1']);
  t.deepEqual(found('struct Other { void on_data() { sleep(1); } };'), []);
});

test('names of others are not taken for those of the table', (t) => {
  t.deepEqual(found(hook('loom::sleep(1); c.read(); c.write(b); c.send(b); x.wait();')), []);
  t.deepEqual(found(hook('sleep(1);', 'void sleep(int) { }')), []);
  t.deepEqual(found(hook('std::snprintf(text, 3, "x"); ::new (place) int;')), []);
  t.deepEqual(found(hook('values.insert(1);', 'FlatMap<int> values;')), []);
});

test('a call of the global scope is of the system, and a function of theirs is followed', (t) => {
  t.deepEqual(found(hook('write(1);', 'void write(int) { }')), []);
  t.deepEqual(found(hook('::write(1);', 'void write(int) { }')), ['LOOM7102:1']);
  const help = '\nvoid help() { sleep(1); }';
  t.deepEqual(found(`${hook('::help();', 'void help() { }')}${help}`), ['LOOM7101:2']);
});

test('methods are known by the declared type of what they are called on', (t) => {
  t.deepEqual(found(hook('mutex_.lock();', 'std::mutex mutex_;')), ['LOOM7102:1']);
  t.deepEqual(found(hook('auto lock = std::lock_guard(mutex_);')), ['LOOM7102:1']);
  t.deepEqual(found(hook('flag_.wait(1);', 'std::atomic<int> flag_;')), ['LOOM7101:1']);
  t.deepEqual(found(hook('auto& x = 1; done_.get();', 'std::future<int> done_;')), ['LOOM7101:1']);
  t.deepEqual(found(hook('v.push_back(1);', 'std::vector<int> v;')), ['LOOM7103:1']);
  t.deepEqual(found(hook('q.push(1);', 'std::queue<int> q;')), ['LOOM7103:1']);
  t.deepEqual(found(hook('s.text += b;', 'std::string text;')), ['LOOM7103:1']);
  t.deepEqual(found(hook('s.count += 1;', 'int count;')), []);
  t.deepEqual(found(hook('text.assign(b);', 'std::string text;')), ['LOOM7103:1']);
  t.deepEqual(found(hook('this_thread::sleep_for(1ms);')), ['LOOM7101:1']);
  t.deepEqual(found(hook('std::this_thread::yield();')), ['LOOM7102:1']);
});

test('a loop without an end has to wait in it or to be left', (t) => {
  t.deepEqual(found(hook('while (true) { ++n; }')), ['LOOM7101:1']);
  t.deepEqual(found(hook('for (;;) n += f();')), ['LOOM7101:1']);
  t.deepEqual(found(hook('while (true) { if (n) break; }')), []);
  t.deepEqual(found(hook('for (;;) { c.read(); }')), []);
  t.deepEqual(found(hook('for (;;) { loom::yield(); }')), []);
  t.deepEqual(found(hook('for (;;) { ::loom::yield(); }')), []);
  t.deepEqual(found(hook('for (;;) { std::this_thread::yield(); }')), ['LOOM7101:1', 'LOOM7102:1']);
  t.deepEqual(found(hook('do { ++n; } while (1);')), ['LOOM7101:1']);
  t.deepEqual(found(hook('for (; true /* ever */;) { ++n; }')), ['LOOM7101:1']);
  t.deepEqual(found(hook('for (; n < 3;) { ++n; }')), []);
  t.deepEqual(found(hook('for (;;) { /* return, lock( */ log("break; wait()"); }')), [
    'LOOM7101:1',
  ]);
  t.deepEqual(found(hook('for (;;) { f([] { return 1; }); }')), ['LOOM7101:1']);
  t.deepEqual(found(hook('for (;;) { switch (n) { case 1: break; } }')), ['LOOM7101:1']);
  t.deepEqual(found(hook('for (;;) { if (n) { throw 1; } }')), []);
  t.deepEqual(found(hook('for (;;) { co_await next(); }')), []);
});

test('a reason stands after a dash or a colon, in one way for both languages', (t) => {
  const reasoned = (line: string) => allowComment(line)?.hasReason;
  for (const dash of ['—', '–', '-', '--', ':']) {
    t.true(reasoned(`f();  // loom: allow blocking ${dash} once a day`), dash);
    t.false(reasoned(`f();  /* loom: allow blocking ${dash} */ g();`), dash);
  }
  t.true(reasoned('// loom: allow blocking: ночью'));
  t.false(reasoned('// loom: allow blocking because it is short'));
  t.is(reasoned('// loom: allow all'), undefined);
  t.is(allowComment('a /* loom: allow blocking */ b')?.length, 28 - 2);
});

test('a reason allows a call and what it leads to', (t) => {
  const silent = 'struct Feed { void on_tick(loom::Tick) {\n';
  t.deepEqual(found(`${silent}sleep(1);  // loom: allow blocking — a test\n} };`), []);
  t.deepEqual(found(`${silent}// loom: allow blocking: a test\nsleep(1);\n} };`), []);
  t.deepEqual(found(`${silent}sleep(1);  // loom: allow blocking —\n} };`), [
    'LOOM7104:2',
    'LOOM7101:2',
  ]);
  const because = `${silent}// loom: allow blocking because\nsleep(1);\n} };`;
  t.deepEqual(found(because), ['LOOM7104:2', 'LOOM7101:3']);
  const led = `${silent}help();  // loom: allow blocking — once\n}\nvoid help() { sleep(1); } };`;
  t.deepEqual(found(led), []);
});

test('a build refuses a handler that blocks, and sees when one was changed', async (t) => {
  const directory = project(t);
  const handler = join(directory, 'small.hpp');
  const clean = readFileSync(handler, 'utf8');
  const run = () => build({ directory, compile: false });
  const unchanged = () =>
    unchangedBuild(stampKey({ config: 'loom.config.ts' }, directory), {
      writes: true,
      preset: null,
    });
  t.is((await run()).exitCode, 0);
  t.not(await unchanged(), null);
  const line = '{ sleep(1);';
  const blocking = clean.replace(/(void on_\w+\([^)]*\)[^{]*)\{/, `$1${line}`);
  writeFileSync(handler, blocking);
  t.is(await unchanged(), null);
  const refused = await run();
  t.is(refused.exitCode, 2);
  t.deepEqual(
    refused.diagnostics.map(({ code }) => code),
    ['LOOM7101'],
  );
  const reason = `${line}  // loom: allow blocking — the test's\n`;
  writeFileSync(handler, blocking.replace(line, reason));
  t.is((await run()).exitCode, 0);
});

test('docs/BLOCKING.md is the table', (t) => {
  const file = fileURLToPath(new URL('../../docs/BLOCKING.md', import.meta.url));
  t.is(readFileSync(file, 'utf8'), blockingDocument());
});
