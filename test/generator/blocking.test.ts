/** Calls that hold up a reactor, found in handlers and in what these call. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { checkBlocking } from '../../generator/blocking/check.ts';
import { factsOf } from '../../generator/blocking/facts.ts';
import { build } from '../../generator/commands/build.ts';
import { unchangedBuild } from '../../generator/commands/unchanged.ts';
import { stampKey } from '../../generator/stamp.ts';
import { renderDiagnostics } from '../../generator/report/render.ts';
import { openCppTree } from '../../generator/trace/cpp_tree.ts';
import { blockingDocument } from '../../schemas/blocking_docs.ts';
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
    const text = renderDiagnostics(checkBlocking([facts], ['Feed']), { directory, color: false });
    if (process.env.UPDATE_FIXTURES === '1') writeFileSync(join(directory, 'expected.txt'), text);
    t.is(text, readFileSync(join(directory, 'expected.txt'), 'utf8'));
  });
}

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

test('methods are known by the declared type of what they are called on', (t) => {
  t.deepEqual(found(hook('mutex_.lock();', 'std::mutex mutex_;')), ['LOOM7102:1']);
  t.deepEqual(found(hook('auto& x = 1; done_.get();', 'std::future<int> done_;')), ['LOOM7101:1']);
  t.deepEqual(found(hook('v.push_back(1);', 'std::vector<int> v;')), ['LOOM7103:1']);
});

test('a loop without an end has to wait in it or to be left', (t) => {
  t.deepEqual(found(hook('while (true) { ++n; }')), ['LOOM7101:1']);
  t.deepEqual(found(hook('for (;;) n += f();')), ['LOOM7101:1']);
  t.deepEqual(found(hook('while (true) { if (n) break; }')), []);
  t.deepEqual(found(hook('for (;;) { c.read(); }')), []);
  t.deepEqual(found(hook('for (;;) { loom::yield(); }')), []);
});

test('a reason allows a call and what it leads to', (t) => {
  const silent = 'struct Feed { void on_tick(loom::Tick) {\n';
  t.deepEqual(found(`${silent}sleep(1);  // loom: allow blocking — a test\n} };`), []);
  t.deepEqual(found(`${silent}// loom: allow blocking: a test\nsleep(1);\n} };`), []);
  t.deepEqual(found(`${silent}sleep(1);  // loom: allow blocking —\n} };`), ['LOOM7104:2']);
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
