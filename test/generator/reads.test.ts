/**
 * What a config reads besides its own text: found where it can be found, and where it cannot be
 * known, said so. One after the other, because each config has a deadline.
 */
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createJiti } from 'jiti';
import { transformsFolder } from '../../generator/cache_folder.ts';
import { readsOfAll } from '../../generator/collect_reads.ts';
import { reportReads, type SourceReads } from '../../generator/config_reads.ts';
import { load } from '../../generator/load.ts';
import { sha256 } from '../../generator/plan.ts';
import { configText, emptyFolder, repository } from './workspace.ts';

/** A folder with files, and a cache of its own. */
function folderOf(t: ExecutionContext, files: Readonly<Record<string, string>>): string {
  const folder = emptyFolder(t);
  for (const [path, text] of Object.entries({ 'node_modules/none.txt': '', ...files })) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** What is known of a config's reads; loaded twice, because the second comes from the cache. */
async function readsOf(t: ExecutionContext, folder: string, name = 'loom.config.ts') {
  const { reads } = await load(join(folder, name));
  t.deepEqual((await load(join(folder, name))).reads, reads);
  return reads;
}

test.serial('files are known by their text, and variables by their value', async (t) => {
  process.env.LOOM_TEST_READ = 'seven';
  const files = {
    'loom.config.ts': `import { defineLoom, type Nothing } from 'loomgen';
import type { Elsewhere } from 'some-package';
import { port, type Port } from './more/port.ts';
import limits from './limits.json' with { type: 'json' };
type Table = Record<string, Elsewhere | Date>;
interface Clock { now: typeof Date.now }
const text = process.env.LOOM_TEST_READ ?? process.env.LOOM_TEST_ABSENT;
const doubled = [1, 2].map((each): number => Math.max(each, 2) * (limits.n as number));
const table = Object.fromEntries(doubled.map((n, i) => [\`\${text}\${i}\`, n!]));
export default { port: port satisfies Port, table, text };
`,
    'more/port.ts': "export { port } from '../deep.ts'; export type Port = number;\n",
    'deep.ts': 'export const port = await Promise.resolve(7);\n',
    'limits.json': '{ "n": 3 }\n',
  };
  const folder = folderOf(t, files);
  const known = Object.entries(files).map(([path, text]) => [join(folder, path), sha256(text)]);
  t.deepEqual(await readsOf(t, folder), {
    files: Object.fromEntries(known),
    variables: { LOOM_TEST_ABSENT: null, LOOM_TEST_READ: sha256('seven') },
  });
});

test.serial('a config in JSON is made of its text', async (t) => {
  const text = JSON.stringify({ name: 'x' });
  const folder = folderOf(t, { 'loom.config.json': text });
  const files = { [join(folder, 'loom.config.json')]: sha256(text) };
  t.deepEqual(await readsOf(t, folder, 'loom.config.json'), { files, variables: {} });
});

/** Configs whose value may be another one tomorrow, or is not made of what is seen. */
const unknown: Readonly<Record<string, string>> = {
  'the clock': 'export default { at: Date.now() };',
  'another clock': 'export default { at: performance.now() };',
  chance: 'export default { n: Math.random() };',
  'chance by another name': 'const { random } = Math; export default { n: random() };',
  'chance in brackets': "export default { n: Math['random']() };",
  'a file': "import { statSync } from 'node:fs'; export default { n: statSync('/').size };",
  'the machine': "import { cpus } from 'node:os'; export default { n: cpus().length };",
  'a package': "export { default } from 'some-package';",
  'all variables': 'export default { n: Object.keys(process.env).length };',
  'a computed variable': "const n = 'HOME'; export default { n: process.env[n] };",
  'variables taken apart': 'const { HOME } = process.env; export default { HOME };',
  'the command line': 'export default { n: process.argv.length };',
  'every global': "export default { n: String(typeof globalThis['fetch']) };",
  'a global by a constructor': 'export default { n: [].constructor.name };',
  'the locale': 'export default { n: (1.5).toLocaleString() };',
  'where it lies': 'export default { n: import.meta.url };',
  'a dynamic import': "export default { n: (await import('./other.ts')).n };",
  'an import with two meanings': "import { n } from './other'; export default { n };",
  'an import through a link': "import { n } from './link.ts'; export default { n };",
  'the parameters of a module': 'export default { n: arguments.length };',
  'a print': "console.log('x'); export default {};",
  'a changed import': "import j from './j.json'; (j as { a?: 1 }).a = 1; export default j;",
  'an import that does it': "import { n } from './clock.ts'; export default { n };",
};

for (const [what, text] of Object.entries(unknown)) {
  test.serial(`nothing is known of a config that reads ${what}`, async (t) => {
    const folder = folderOf(t, {
      'loom.config.ts': text,
      'other.ts': 'export const n = 1;\n',
      'clock.ts': 'export const n = Number(new Date());\n',
      'j.json': '{}',
      'node_modules/some-package/index.js': 'module.exports = { default: { n: 1 } };',
    });
    symlinkSync('other.ts', join(folder, 'link.ts'));
    t.is(await readsOf(t, folder), null);
  });
}

/** What the plugin finds in a source; undefined when it lets the source report nothing. */
function findingOf(source: string): SourceReads | undefined {
  const babel = { plugins: [reportReads] };
  const jiti = createJiti(import.meta.url, { fsCache: false, transformOptions: { babel } });
  const code = jiti.transform({ source, filename: 'loom.config.ts', ts: true, async: true });
  const report = /globalThis\["loomgen\.reads"\]\((".*")\);/.exec(code)?.[1];
  return report === undefined ? undefined : JSON.parse(JSON.parse(report));
}

/** Sources whose names are those of types or of nothing that stays the same. */
const misleading: Readonly<Record<string, string>> = {
  'the command line, declared': 'declare const process: { argv: string[] }; process.argv;',
  'a computed variable, declared': "declare const process: never; process.env['A' + 1];",
  'require, declared': "declare const require: (name: string) => never; require('node:fs');",
  'a clock, declared for others': 'export declare const performance: never; performance.now();',
  'a clock like an imported type': "import type { Date } from './a.ts'; Date.now();",
  'a clock like a type beside values': "import { n, type Date } from './a.ts'; n(Date.now());",
  'a clock like a type': 'type Date = 1; Date.now();',
  'a clock like an interface': 'interface Date { n: 1 } Date.now();',
  'what was matched last': 'RegExp.$1;',
  'chance in a template': 'Math[`random`]();',
};

test('names are of values only where values have them', (t) => {
  for (const [what, text] of Object.entries(misleading)) t.true(findingOf(text)?.unknown, what);
  t.is(findingOf('const globalThis = 1;'), undefined, 'it cannot report, and need not');
});

test.serial('imports count wherever they lie, what is there for types does not', async (t) => {
  process.env.LOOM_TEST_READ = 'seven';
  const files = {
    'node_modules/mine/loom.config.ts': `import { at } from './at.ts';
import { Port } from './clock.ts';
import { type Other } from './clock.ts';
export { type Other as Third } from './clock.ts';
declare const process: { env: Record<string, string | undefined> };
const Symbol: Port = process.env.LOOM_TEST_READ as unknown as Other;
process.env.LOOM_TEST_READ = 'eight';
export default { at, Symbol };
`,
    'node_modules/mine/at.ts': "export { at } from './node_modules/p/p.ts';\n",
    'node_modules/mine/node_modules/p/p.ts': 'export const at = 1;\n',
  };
  const folder = folderOf(t, files);
  const mine = join(folder, 'node_modules/mine');
  writeFileSync(join(mine, 'clock.ts'), 'export const now = Date.now();\n');
  const known = Object.entries(files).map(([path, text]) => [join(folder, path), sha256(text)]);
  t.deepEqual((await load(join(mine, 'loom.config.ts'))).reads, {
    files: Object.fromEntries(known),
    variables: { LOOM_TEST_READ: sha256('seven') },
  });
  const cache = join(mine, 'node_modules/.cache/loomgen');
  const code = ['load_worker.ts', 'config_reads.ts'].map((name) => {
    return join(repository, 'generator', name);
  });
  t.deepEqual(readdirSync(cache), [basename(transformsFolder(cache, code))]);
});

test('what one code has transformed is not where other code looks for it', (t) => {
  const folder = folderOf(t, { 'a.ts': '1', 'b.ts': '2' });
  const code = [join(folder, 'a.ts'), join(folder, 'b.ts')];
  const before = transformsFolder(folder, code);
  t.is(transformsFolder(folder, code), before);
  writeFileSync(join(folder, 'b.ts'), '3');
  t.not(transformsFolder(folder, code), before);
});

test('nothing is known with an import that others ran, or with a method for a variable', (t) => {
  const text = "import './other.ts';";
  const empty = { 'native.mjs': '', 'other.ts': '', 'before.ts': '' };
  const folder = folderOf(t, { 'loom.config.ts': text, ...empty });
  const file = join(folder, 'loom.config.ts');
  const reads = { sha256: sha256(text), variables: ['A'], imports: ['./other.ts'], unknown: false };
  const other = { sha256: sha256(''), variables: [], imports: [], unknown: false };
  const modules = new Map([file, join(folder, 'other.ts')].map((each) => [each, {}]));
  const all = (differences: Partial<SourceReads>) =>
    readsOfAll({
      files: [file],
      modules,
      reported: [{ ...reads, ...differences }, other],
      environment: {},
    });
  t.not(all({}), null);
  t.is(all({ imports: ['./before.ts'] }), null);
  t.is(all({ imports: ['./native.mjs'] }), null);
  t.is(all({ variables: ['hasOwnProperty'] }), null);
});

test.serial('a config of CommonJS is not looked into', async (t) => {
  const folder = folderOf(t, { 'loom.config.cjs': 'module.exports = { at: 1 };' });
  t.is(await readsOf(t, folder, 'loom.config.cjs'), null);
});

test.serial('of an ordinary config everything is known', async (t) => {
  const folder = folderOf(t, { 'loom.config.ts': configText() });
  t.deepEqual(await readsOf(t, folder), {
    files: { [join(folder, 'loom.config.ts')]: sha256(configText()) },
    variables: {},
  });
});
