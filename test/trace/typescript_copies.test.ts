/** What the copies of TypeScript name: copies, the bindings of the profiling build, originals. */
import test from 'ava';
import { everything } from '../../generator/trace/rules.ts';
import { copyTypeScript } from '../../generator/trace/typescript_copies.ts';
import { maximumCharacters } from '../../generator/trace/typescript_modules.ts';

/** The copies of sources in /p, without their maps, and the codes and lines of what is said. */
function copied(sources: Readonly<Record<string, string>>) {
  const { files, diagnostics } = copyTypeScript({
    sources: new Map(Object.entries(sources).map(([path, text]) => [`/p/${path}`, text])),
    folder: '/p',
    plainOut: '/p/out',
    traceOut: '/p/out-trace',
    packageName: 'market',
    rules: everything,
  });
  const texts = [...files].map(([path, text]): [string, string] => {
    return [path.replace('typescript/', ''), text.slice(0, text.lastIndexOf('//# sourceMapping'))];
  });
  return {
    texts: Object.fromEntries(texts),
    said: diagnostics.map(({ code, place }) => [code, place?.line]),
  };
}

/** What a copy of src/main.ts has instead of one line; `others` are copied beside it. */
function lineOf(line: string, others: Readonly<Record<string, string>> = {}): string | undefined {
  const { texts } = copied({ 'src/main.ts': `${line}\nexport {};\n`, ...others });
  return texts['main.ts']?.split('\n')[0];
}

test('copies import copies, the bindings of the profiling build, and originals', (t) => {
  const sources = new Map([
    ['/p/src/main.ts', "import { open } from '../out/bindings/index.ts';\nimport './a/b.ts';\n"],
    [
      '/p/src/a/b.ts',
      "export * from '../other.ts'; import('x'); const f = () => import('../main.ts');",
    ],
    ['/p/src/bad.cts', ''],
  ]);
  const { files, diagnostics } = copyTypeScript({
    sources,
    folder: '/p',
    plainOut: '/p/out',
    traceOut: '/p/out-trace',
    rules: everything,
  });
  t.deepEqual([...files.keys()], ['typescript/main.ts', 'typescript/a/b.ts']);
  t.true(
    files.get('typescript/main.ts')?.startsWith('import { open } from "../bindings/index.ts";'),
  );
  t.true(files.get('typescript/main.ts')?.includes("import './a/b.ts';"));
  const b = files.get('typescript/a/b.ts') ?? '';
  t.true(b.includes('export * from "../../../src/other.ts"; import(\'x\');'), b);
  t.true(b.includes("import('../main.ts')"));
  t.true(b.startsWith('import { registerZones as loom$register,'));
  t.true(b.includes('from "../../bindings/loom/trace.ts"; export'));
  t.deepEqual(
    diagnostics.map(({ code }) => code),
    ['LOOM7210'],
  );
  const [, base64 = ''] = /base64,(.*)\n$/.exec(b) ?? [];
  t.deepEqual(JSON.parse(Buffer.from(base64, 'base64').toString()).sources, [
    '../../../src/a/b.ts',
  ]);
});

test('a copy is found however its original is named', (t) => {
  const names: Readonly<Record<string, string>> = {
    './b.ts': 'b.ts',
    './b.js': 'b.ts',
    './b.jsx': 'b.tsx',
    './b.mjs': 'b.mts',
    './b': 'b.ts',
    './d': 'd/index.ts',
  };
  for (const [name, file] of Object.entries(names)) {
    const line = `import '${name}';`;
    t.is(lineOf(line, { [`src/${file}`]: '' }), line);
    t.is(lineOf(line), `import "../../src/${name.slice(2)}";`, name);
  }
});

test('what is not traced is not copied, and copies name the original', (t) => {
  const sources = {
    'src/old.cts': '',
    'src/old.js': "const fs = require('fs'); module.exports = { f() {} };",
    'src/older.ts': "import fs = require('fs'); export = fs;",
    'src/data.json': '{}',
    'src/broken.ts': 'function (',
    'src/long.ts': ' '.repeat(maximumCharacters + 1),
  };
  for (const path of Object.keys(sources)) {
    const name = path.slice(4);
    t.is(lineOf(`import './${name}';`, sources), `import "../../src/${name}";`);
  }
  const { texts, said } = copied(sources);
  t.deepEqual(texts, {});
  t.deepEqual(
    said.map(([code]) => code),
    Array(6).fill('LOOM7210'),
  );
});

test('a module may have what looks like CommonJS', (t) => {
  for (const text of [
    'export const f = () => require("fs");',
    'import "a"; exports.b = () => 1;',
    'import.meta.main; const f = () => module.exports;',
    'const f = (x) => x.module.exports;',
  ]) {
    t.deepEqual(copied({ 'a.js': text }).said, [], text);
  }
  t.deepEqual(copied({ 'a.mjs': 'const f = (require) => require(1);' }).said, []);
});

test('the package of the plain build is the bindings of the profiling build', (t) => {
  for (const name of ['market', '../out', '../out/dist/index.js', '../out/dist/index.cjs']) {
    t.is(lineOf(`import '${name}';`), 'import "../bindings/index.ts";', name);
  }
  t.is(lineOf("import '../out/bindings/loom/error.ts';"), 'import "../bindings/loom/error.ts";');
  t.is(lineOf("import 'market/package.json';"), "import 'market/package.json';");
});

test('files beside a module are found from its copy', (t) => {
  const worker = { 'src/worker.ts': '' };
  const at = (name: string) => `new URL(${name}, import.meta.url);`;
  t.is(lineOf(at("'./a b.json?x#y'")), at('"../../src/a%20b.json?x#y"'));
  t.is(lineOf(at("'../assets/'")), at('"../../assets/"'));
  t.is(lineOf(at("'worker.ts'"), worker), at('"./worker.ts"'));
  t.is(lineOf(at("'../out/build/x'")), at('"../build/x"'));
  t.is(lineOf(at("'https://a/b'")), at("'https://a/b'"));
  t.is(lineOf("import.meta.resolve('./c.ts');"), 'import.meta.resolve("../../src/c.ts");');
  t.is(lineOf('import(`./c.ts`);'), 'import("../../src/c.ts");');
});

test('what cannot be renamed is said', (t) => {
  const lines: Readonly<Record<string, number>> = {
    'import(name);': 1,
    'import(`./${name}.ts`);': 1,
    'import.meta.resolve(name);': 1,
    'createRequire(import.meta.url);': 1,
    'new URL(name, import.meta.url);': 1,
    'join(import.meta.dirname, name);': 1,
    "new URL('a', import.meta.url);": 0,
    'if (import.meta.url === pathToFileURL(process.argv[1]).href) main();': 0,
    'if (process.argv[1] === fileURLToPath(import.meta.url)) main();': 0,
    'import.meta.main;': 0,
  };
  for (const [line, count] of Object.entries(lines)) {
    const { said } = copied({ 'a.ts': `\n${line}` });
    t.deepEqual(said, Array(count).fill(['LOOM7212', 2]), line);
  }
});
