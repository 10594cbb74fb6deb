/**
 * The stage `load`: what a config may be, what it depends on, and that it works the same from
 * source and bundled. What can go wrong is in the fixtures of diagnostics.test.ts.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { build } from 'esbuild';
import { check } from '../../generator/check.ts';
import { JsonError, parseJson } from '../../generator/json_text.ts';
import { load } from '../../generator/load.ts';
import { DiagnosticError } from '../../generator/report/diagnostic.ts';
import { renderDiagnostics } from '../../generator/report/render.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** A folder with files, removed after the test. */
function project(t: ExecutionContext, files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'loomgen-load-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const config = `
import { defineLoom, line, struct, tcpServer, u16, i64 } from 'loomgen';
import { port } from './more/port.ts';
import limits from './limits.json' with { type: 'json' };

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: { Top: struct({ symbol: u16, bid: i64 }) },
  fds: {
    tcp: tcpServer(\`127.0.0.1:\${port satisfies number}\`, {
      on: 'main',
      connections: limits.connections,
      framing: line({ maximum: '1K' }),
    }),
  },
});
`;
const files = {
  'loom.config.ts': config,
  'more/port.ts': 'export const port: number = await Promise.resolve(7001);\n',
  'limits.json': '{ "connections": 3 }\n',
};

test('a TypeScript config with imports of its own becomes plain data', async (t) => {
  const folder = project(t, files);
  const loaded = await load(join(folder, 'loom.config.ts'));
  t.is(loaded.kind, 'config');
  t.deepEqual(loaded.value, {
    name: 'echo',
    reactors: { main: {} },
    messages: {
      Top: {
        kind: 'struct',
        fields: [
          { name: 'symbol', type: 'u16' },
          { name: 'bid', type: 'i64' },
        ],
      },
    },
    fds: {
      tcp: {
        kind: 'tcpServer',
        address: '127.0.0.1:7001',
        on: 'main',
        connections: 3,
        framing: { kind: 'line', maximum: '1K' },
      },
    },
  });
  t.deepEqual(check(loaded.value).diagnostics, []);
});

test('it names every file that it depends on', async (t) => {
  const folder = project(t, files);
  const { dependencies } = await load(join(folder, 'loom.config.ts'));
  t.deepEqual(dependencies, [
    join(folder, 'limits.json'),
    join(folder, 'loom.config.ts'),
    join(folder, 'more/port.ts'),
  ]);
});

test('a change of the config or of an import is seen', async (t) => {
  const folder = project(t, files);
  const file = join(folder, 'loom.config.ts');
  const port = async () => {
    const { value } = await load(file);
    return (value as { fds: { tcp: { address: string } } }).fds.tcp.address;
  };
  t.is(await port(), '127.0.0.1:7001');
  writeFileSync(join(folder, 'more/port.ts'), 'export const port = 7002;\n');
  t.is(await port(), '127.0.0.1:7002');
  writeFileSync(file, config.replace('127.0.0.1', '127.0.0.2'));
  t.is(await port(), '127.0.0.2:7002');
});

test('JavaScript, CommonJS and JSON configs are read too', async (t) => {
  const value = { name: 'echo', reactors: { main: {} }, fds: {} };
  const text = JSON.stringify(value);
  const folder = project(t, {
    'a.mjs': `export default ${text};`,
    'b.js': `export default ${text};`,
    'c.cjs': `module.exports = ${text};`,
    'd.json': JSON.stringify({ $schema: 'loomgen/schema.json', ...value }),
    'e.mts': `const config = ${text} as const;\nexport { config as default };`,
  });
  for (const file of readdirSync(folder)) {
    const loaded = await load(join(folder, file));
    t.deepEqual(loaded.value, value, file);
  }
});

test('the source of each part is found through variables, spreads and helpers', async (t) => {
  const folder = project(t, {
    'loom.config.ts': `import { defineLoom, tcp, struct, i64 } from 'loomgen';
import { base as shared } from './shared.ts';
const top = struct({ bid: i64 });
const on = 'main';
const feed = (port: number) => tcp(\`h:\${port}\`, { ...shared.stream, on });
const config = {
  name: 'echo',
  reactors: shared.reactors,
  messages: { Top: top },
  fds: { a: feed(1), ['b']: tcp('h:2', { on, connections: 2 }) },
} as const;
export default defineLoom(config);
`,
    'shared.ts': `export const base = {
  reactors: { main: { core: 1 } },
  stream: { connections: 4 },
};
`,
  });
  const { locate } = await load(join(folder, 'loom.config.ts'));
  const at = async (...path: (string | number)[]) => {
    const place = await locate(path);
    return place && `${place.file.slice(folder.length + 1)}:${place.line}:${place.column}`;
  };
  t.is(await at('name'), 'loom.config.ts:7:9');
  t.is(await at('reactors', 'main', 'core'), 'shared.ts:2:29');
  t.is(await at('fds', 'a', 'connections'), 'shared.ts:3:26');
  t.is(await at('fds', 'a', 'address'), 'loom.config.ts:5:36');
  t.is(await at('fds', 'b', 'connections'), 'loom.config.ts:10:59');
  t.is(await at('messages', 'Top', 'fields', 0, 'type'), 'loom.config.ts:3:27');
  // What is not there: the nearest thing around it.
  t.is(await at('fds', 'b', 'framing'), 'loom.config.ts:10:22');
  t.is(await at('channels', 'top'), 'loom.config.ts:6:16');
});

test('what a config prints does not reach stdout', async (t) => {
  const folder = project(t, {
    'loom.config.ts': "console.log('hello from the config');\nexport default { name: 'x' };\n",
    'main.mts': `import { load } from ${JSON.stringify(join(root, 'generator/load.ts'))};
const { value } = await load(${JSON.stringify('loom.config.ts')});
process.stdout.write(JSON.stringify(value));
`,
  });
  const tsx = pathToFileURL(join(root, 'node_modules/tsx/dist/loader.mjs')).href;
  const options = { cwd: folder };
  const { stdout, stderr } = await run('node', ['--import', tsx, 'main.mts'], options);
  t.is(stdout, '{"name":"x"}');
  t.regex(stderr, /hello from the config/);
});

test('bundled and split it loads the same, with load_worker.js beside it', async (t) => {
  const folder = project(t, files);
  // The bundle lies inside the repository, where its packages can be found.
  const bundle = mkdtempSync(join(root, 'node_modules', '.cache-bundle-'));
  t.teardown(() => rmSync(bundle, { recursive: true }));
  await build({
    entryPoints: ['load', 'load_worker'].map((name) => join(root, `generator/${name}.ts`)),
    outdir: bundle,
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    external: ['jiti', 'ts-morph'],
    logLevel: 'silent',
  });
  const script = `import { load } from ${JSON.stringify(join(bundle, 'load.js'))};
const { value } = await load('loom.config.ts');
console.log(JSON.stringify(value.fds.tcp.address));
await load('missing.ts').catch((error) => console.log(error.diagnostics[0].code));
const broken = await load('broken.ts').catch((error) => error.diagnostics[0]);
console.log(broken.code, broken.place.line);
`;
  writeFileSync(join(folder, 'main.mjs'), script);
  writeFileSync(join(folder, 'broken.ts'), 'const x: number = 1;\nthrow new Error(`no ${x}`);\n');
  const { stdout } = await run('node', ['main.mjs'], { cwd: folder });
  t.deepEqual(stdout.trim().split('\n'), ['"127.0.0.1:7001"', 'LOOM1001', 'LOOM1005 2']);
});

test('without a folder to trust nothing is cached, and it loads all the same', async (t) => {
  const folder = project(t, files);
  const open = join(folder, 'cache');
  const loaded = await load(join(folder, 'loom.config.ts'), { cacheFolder: open });
  t.true(readdirSync(open).length > 0);
  const again = await load(join(folder, 'loom.config.ts'), { cacheFolder: false });
  t.deepEqual(again.value, loaded.value);
});

/** Configs that have other plans than to be data, and the code that each ends with. */
const hostile: Record<string, [code: string, text: string]> = {
  'fills memory outside of the heap': [
    'LOOM1010',
    'const all: Buffer[] = []; for (;;) all.push(Buffer.alloc(32 << 20, 1));',
  ],
  'recurses for ever': ['LOOM1005', 'const f = (): number => f() + 1;\nf();'],
  'throws null': ['LOOM1005', 'throw null;'],
  'throws what cannot be shown': ['LOOM1005', 'throw { toString() { throw 1; } };'],
  'exports a proxy with traps': [
    'LOOM1005',
    'export default new Proxy({}, { ownKeys() { throw new Error("no"); } });',
  ],
  'closes the port': [
    'LOOM1008',
    'import { parentPort } from "node:worker_threads"; parentPort?.close(); export default {};',
  ],
  'rejects while it waits': [
    'LOOM1005',
    'Promise.reject(new Error("later")); await new Promise((go) => setTimeout(go, 9e6));',
  ],
  'breaks what everything uses': [
    'LOOM1005',
    'Array.prototype.map = () => { throw 1; }; export default { a: [1] };\nthrow 2;',
  ],
  'aborts the process': ['LOOM1005', 'process.abort();'],
  'is not text': ['LOOM1004', '\u0001\u0002binary'],
  'is empty': ['LOOM1011', ''],
};

for (const [what, [code, text]] of Object.entries(hostile)) {
  test.serial(`a config that ${what} is a diagnostic`, async (t) => {
    const folder = project(t, { 'loom.config.ts': text });
    const error = await t.throwsAsync(
      load(join(folder, 'loom.config.ts'), { memoryMegabytes: 128 }),
      { instanceOf: DiagnosticError },
    );
    const [found] = error?.diagnostics ?? [];
    t.is(String(found?.code), code);
    t.is(found?.place?.file, join(folder, 'loom.config.ts'));
    const shown = renderDiagnostics(error?.diagnostics ?? [], { color: false });
    t.notRegex(shown.replaceAll('\n', ''), /\p{Cc}|\p{Cf}/u);
  });
}

test('messages of the config itself are not taken for an answer', async (t) => {
  const folder = project(t, {
    'loom.config.ts': `import { parentPort } from 'node:worker_threads';
parentPort?.postMessage('junk');
parentPort?.postMessage({ kind: 'value' });
export default { name: 'x' };
`,
  });
  t.deepEqual((await load(join(folder, 'loom.config.ts'))).value, { name: 'x' });
});

test('JSON is RFC 8259 with places', (t) => {
  const text = '{"a": [1, -2.5e3, true, null, "x\\u0041\\n"], "__proto__": {"b": {}}}';
  const node = parseJson(text);
  t.deepEqual(Object.keys(node.value as object), ['a', '__proto__']);
  t.deepEqual((node.value as { a: unknown }).a, [1, -2500, true, null, 'xA\n']);
  t.is(node.children?.get('a')?.children?.get(1)?.start, 10);
  const wrong = ['', '{', '[1,]', '{"a":1,}', "{'a':1}", '01', '1 2', '"\n"', '"\\x"', 'nul', '[1'];
  for (const each of [...wrong, '+1', '.5', 'NaN', '{"a" 1}', '['.repeat(100)]) {
    t.throws(() => parseJson(each), { instanceOf: JsonError }, each);
  }
  t.throws(() => parseJson('{"a":1,"a":2}'), { message: /repeated/ });
});
