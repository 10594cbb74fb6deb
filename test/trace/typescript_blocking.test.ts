/** What blocks in handlers written in TypeScript is found, said with its place, and silenced. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { build } from '../../generator/commands/build.ts';
import { unchangedBuild } from '../../generator/commands/unchanged.ts';
import { renderDiagnostics } from '../../generator/report/render.ts';
import { stampKey } from '../../generator/stamp.ts';
import { blockingTypeScript } from '../../generator/trace/typescript_blocking.ts';
import { project } from '../generator/workspace.ts';

const folder = (name: string): string =>
  fileURLToPath(new URL(`../cases/diagnostics/${name}/`, import.meta.url));

/** The TypeScript of a fixture, by absolute path. */
function sourcesOf(directory: string): Map<string, string> {
  const names = readdirSync(directory).filter((name) => name.endsWith('.ts'));
  const texts = names.map((name) => readFileSync(directory + name, 'utf8'));
  return new Map(names.map((name, index) => [directory + name, texts[index] ?? '']));
}

for (const name of ['LOOM7201-calls', 'LOOM7202-loop', 'LOOM7203-reason']) {
  test(`${name} is said with its place`, (t) => {
    const directory = folder(name);
    const found = blockingTypeScript(sourcesOf(directory));
    const said = renderDiagnostics(found, { directory, color: false });
    if (process.env.UPDATE_FIXTURES === '1') writeFileSync(`${directory}expected.txt`, said);
    t.is(said, readFileSync(`${directory}expected.txt`, 'utf8'));
  });
}

/** What is found in one file, as `line: message`. */
function found(text: string, more: Readonly<Record<string, string>> = {}): string[] {
  const sources = new Map([['/p/main.ts', text]]);
  for (const [path, other] of Object.entries(more)) sources.set(path, other);
  return blockingTypeScript(sources).map(
    ({ place, message }) => `${place?.line}: ${message.replace(/ is called in .*? \w+, /, ' ')}`,
  );
}

const fs = "import * as fs from 'node:fs';";
const handled = (body: string): string => `${fs} tcp.on('close', () => {\n${body}\n});`;

test('a listener is one however it is registered', (t) => {
  for (const call of ["on('a',", "once('a',", "addListener('a',", 'prependListener(`a`,']) {
    t.is(found(`${fs} tcp.${call} () => { fs.readSync(1); });`).length, 1, call);
  }
  t.deepEqual(found(`${fs} process.once('exit', () => { fs.readSync(1); });`), []);
});

test('what a handler comes to by names is looked through, and nothing else', (t) => {
  const imports = "import { load as read } from './other.js'; import * as o from './other.js';";
  const other = `import { statSync } from 'fs'; export { load } from './third.ts';
    export const look = () => statSync('x'); export default class { constructor() { look(); } }`;
  const third = `import { readSync } from 'fs'; export function load() { readSync(1); }`;
  const more = { '/p/other.ts': other, '/p/third.ts': third };
  const text = (body: string) => `${imports}\n${handled(body)}`;
  t.deepEqual(found(text(''), more), []);
  t.deepEqual(found(text('read();'), more).length, 1);
  t.deepEqual(found(text('o.look();'), more).length, 1);
  t.deepEqual(found(`import X from './other.ts'; ${handled('new X();')}`, more).length, 1);
  t.deepEqual(
    found(`${fs} function f() { fs.readSync(1); } ${handled('g(); function g() { f(); }')}`).length,
    1,
  );
  t.deepEqual(
    found(handled('{ const f = () => 1; f(); } const f = () => fs.readSync(1); f();')).length,
    1,
  );
  t.deepEqual(found(handled('{ const f = () => 1; f(); }')), []);
  // A function that calls itself, and two that call each other.
  t.deepEqual(
    found(handled('a(); function a() { b(); } function b() { a(); fs.readSync(1); }')).length,
    1,
  );
});

test('a method is that of its class, or of the only class that has it', (t) => {
  const one =
    'class A { read() { fs.readSync(1); } static { tcp.on("data", () => this.read()); } }';
  t.is(found(`${fs} ${one}`).length, 1);
  t.is(found(`${handled('thing.scan();')} class A { scan() { fs.readSync(1); } }`).length, 1);
  const two = 'class A { scan() { fs.readSync(1); } } class B { scan() {} }';
  t.is(found(`${handled('thing.scan();')} ${two}`).length, 0);
  t.is(found(`${handled('thing.push();')} class A { push() { fs.readSync(1); } }`).length, 0);
});

test('only functions of modules block, not the names alone', (t) => {
  t.deepEqual(found(handled('readFileSync(1); thing.readSync(); fs.readFile(); mySync();')), []);
  t.is(found(`import fs from 'fs'; tcp.on('a', () => fs.readSync(1));`).length, 1);
  t.is(found(`import { readSync as r } from 'fs'; source.onBatch(() => r(1));`).length, 1);
  t.is(found(`import { x } from 'zlib'; process.on('exit', () => x.gzipSync());`).length, 0);
  t.deepEqual(
    found('tcp.on("x", () => { Atomics.wait(a, 0, 0); Atomics.notify(a, 0); });').length,
    1,
  );
});

test('a loop that ends, waits or gives something is none without end', (t) => {
  const loops = {
    'while (true);': 1,
    'for (;;) { f(); }': 1,
    'do { f(); } while (1);': 1,
    'while (true) { () => { return; }; }': 1,
    'while (true) { switch (x) { case 1: break; } }': 1,
    'a: while (true) { while (x) break a; }': 0,
    'while (x) {}': 0,
    'for (;;) { if (x) return; }': 0,
    'for (;;) { throw x; }': 0,
    'while (true) { for await (const y of z); }': 0,
  };
  for (const [loop, count] of Object.entries(loops)) t.is(found(handled(loop)).length, count, loop);
});

test('a source that does not parse is not looked at', (t) => {
  t.deepEqual(found(`${handled('fs.readSync(1);')} (`), []);
});

/** Code and line of what a build finds in the TypeScript of a project. */
async function built(directory: string): Promise<(string | number | undefined)[]> {
  const { diagnostics } = await build({ directory, compile: false });
  return diagnostics.flatMap(({ code, place }) => [code, place?.line]);
}

test('a build says it while it is true, and is whole when a source changes', async (t) => {
  const directory = project(t);
  // The cache of a project lies in its node_modules.
  mkdirSync(join(directory, 'node_modules'));
  const config = join(directory, 'loom.config.ts');
  const declared = "  trace: { typescript: ['src/**'] },\n});";
  writeFileSync(config, readFileSync(config, 'utf8').replace(/\}\);\s*$/, declared));
  mkdirSync(join(directory, 'src'));
  const source = join(directory, 'src/main.ts');
  const unchanged = () => {
    const key = stampKey({ config: 'loom.config.ts' }, directory);
    return unchangedBuild(key, { writes: true, preset: null });
  };
  writeFileSync(source, handled('fs.readSync(1);'));
  t.deepEqual(await built(directory), ['LOOM7201', 2]);
  t.deepEqual(await built(directory), ['LOOM7201', 2]);
  t.is(await unchanged(), null);
  writeFileSync(source, handled('fs.read(1);'));
  t.deepEqual(await built(directory), []);
  t.not(await unchanged(), null);
  writeFileSync(source, handled('fs.readSync(2);'));
  t.is(await unchanged(), null);
  t.deepEqual(await built(directory), ['LOOM7201', 2]);
  writeFileSync(source, handled('fs.readSync(2); // loom: allow blocking because'));
  const refused = await build({ directory, compile: false });
  t.is(refused.exitCode, 2);
  t.true(refused.diagnostics.some(({ code }) => code === 'LOOM7203'));
});
