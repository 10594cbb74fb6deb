/** A package that loomgen made, as npm, Node and compilers of TypeScript see it. */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { explain } from '../../generator/report/explain.ts';
import {
  type Consumer,
  installConsumer,
  output,
  packageName,
  repository,
  run,
} from './consumer.ts';

let consumer: Consumer;

test.before((t) => {
  t.timeout(600_000);
  consumer = installConsumer();
});

/** A program that sends seven bytes and prints what the handler counted. */
const body = `
const addresses = { frames: '127.0.0.1:0', counted: '127.0.0.1:0' };
async function main() {
  const program = await open({ addresses });
  const [host, port] = program.counted.address.split(':');
  const socket = connect(Number(port), host, () => socket.write('1234567'));
  for await (const batch of program.counts) {
    for (const count of batch) console.log('total ' + count.total);
    batch[Symbol.dispose]();
    break;
  }
  socket.destroy();
  await program[Symbol.asyncDispose]();
  const wrong = await open({ cores: { nobody: 1 } }).catch((error) => error);
  console.log(wrong instanceof LoomError, wrong.code);
  console.error(wrong.stack);
}
main();
`;

/** Writes a file into the project. */
function write(path: string, text: string): string {
  const file = join(consumer.folder, path);
  writeFileSync(file, text);
  return file;
}

test('publint and arethetypeswrong have nothing to say', async (t) => {
  const { messages, pkg } = await publint({
    pkgDir: consumer.installed,
    strict: true,
    pack: false,
  });
  t.deepEqual(
    messages.map((message) => formatMessage(message, pkg)),
    [],
  );
  const attw = join(repository, 'node_modules/@arethetypeswrong/cli/dist/index.js');
  const checked = run(consumer.folder, [process.execPath, attw, consumer.tarball, '--no-emoji']);
  t.is(checked.status, 0, checked.stdout + checked.stderr);
  t.regex(checked.stdout, /No problems found/);
});

test('import and require run it, and share one LoomError', (t) => {
  const imports = `import { connect } from 'node:net';
import { createRequire } from 'node:module';
import { LoomError, open } from '${packageName}';
if (createRequire(import.meta.url)('${packageName}').LoomError !== LoomError) process.exit(9);
`;
  const requires = `const { connect } = require('node:net');
const { LoomError, open } = require('${packageName}');
`;
  for (const file of [write('run.mjs', imports + body), write('run.cjs', requires + body)]) {
    const ran = run(consumer.folder, [process.execPath, file]);
    t.is(ran.status, 0, ran.stderr);
    t.is(ran.stdout, 'total 7\ntrue LOOM6004\n');
    t.regex(ran.stderr, /dist\/loom\/error\.cjs:\d+/);
  }
  const mapped = run(consumer.folder, [process.execPath, '--enable-source-maps', 'run.mjs']);
  const [, line = ''] = /bindings\/loom\/error\.ts:(\d+):\d+/.exec(mapped.stderr) ?? [];
  const source = readFileSync(join(consumer.installed, 'bindings/loom/error.ts'), 'utf8');
  t.regex(source.split('\n')[Number(line) - 1] ?? '', /new LoomError\('LOOM6004'/, mapped.stderr);
});

for (const [resolution, module] of [
  ['node16', 'node16'],
  ['nodenext', 'nodenext'],
  ['bundler', 'esnext'],
]) {
  test(`types hold a strict user, moduleResolution ${resolution}`, (t) => {
    t.timeout(120_000);
    const folder = join(consumer.folder, `types-${resolution}`);
    mkdirSync(folder, { recursive: true });
    // As a module and, where there is a difference, as CommonJS.
    const names = resolution === 'bundler' ? ['types.mts'] : ['types.mts', 'types.cts'];
    for (const name of names) {
      copyFileSync(join(repository, 'test/cases/package/types.ts'), join(folder, name));
    }
    const compilerOptions = {
      ...{ module, moduleResolution: resolution, target: 'es2022', lib: ['es2022'] },
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
      // One look at the declarations themselves is enough.
      ...{ noEmit: true, skipLibCheck: resolution !== 'nodenext', types: [] },
    };
    const project = JSON.stringify({ compilerOptions, files: names });
    writeFileSync(join(folder, 'tsconfig.json'), project);
    const compiler = join(repository, 'node_modules/typescript/bin/tsc');
    const checked = run(folder, [process.execPath, compiler]);
    t.is(checked.stdout, '');
    t.is(checked.status, 0);
  });
}

/** What `open()` says with one file as the addon. */
function errorWith(native: string): string {
  const file = write(
    'native.mjs',
    `import { open } from '${packageName}';
await open({ native: process.argv[2] }).catch((error) => console.log(error.message));
`,
  );
  return output(consumer.folder, [process.execPath, file, native]);
}

test('a file that is cut, empty, of another machine or nobody knows what says so', (t) => {
  const prebuild = join(consumer.installed, 'prebuilds', `linux-${process.arch}`);
  const whole = readFileSync(join(prebuild, `${packageName}.node`));
  const broken = join(consumer.folder, 'broken.node');
  const cuts: [number, RegExp][] = [
    [0, /is empty/],
    [40, /is cut short at 40 bytes/],
    [4096, /is cut short: it has 4096 of at least \d+ bytes/],
    [whole.length >> 1, /is cut short: it has \d+ of at least \d+ bytes/],
  ];
  for (const [bytes, expected] of cuts) {
    writeFileSync(broken, whole);
    truncateSync(broken, bytes);
    t.regex(errorWith(broken), expected);
  }
  const foreign = Buffer.from(whole);
  foreign.writeUInt16LE(process.arch === 'arm64' ? 62 : 183, 18);
  writeFileSync(broken, foreign);
  t.regex(errorWith(broken), new RegExp(`is for .*64, and this Node is for linux-${process.arch}`));
  writeFileSync(broken, 'a page of text that some server sent instead of the file');
  t.regex(errorWith(broken), /is no shared library/);
  t.regex(errorWith(broken), /install the package again, or have its publisher build it with\n/);
  for (const code of ['LOOM6001', 'LOOM6002', 'LOOM6003']) t.truthy(explain(code));
});

test('an addon that loomgen did not make is not taken for one', (t) => {
  const addon = join(repository, 'node_modules/esbuild/lib/main.js');
  t.regex(errorWith(addon), /is no shared library/);
});

test('a platform without a prebuild is named, with what there is and who makes one', (t) => {
  const folder = join(consumer.folder, 'elsewhere');
  const copy = join(folder, 'node_modules', packageName);
  cpSync(consumer.installed, copy, { recursive: true });
  renameSync(
    join(copy, 'prebuilds', `linux-${process.arch}`),
    join(copy, 'prebuilds', 'linux-riscv64'),
  );
  const file = join(folder, 'run.mjs');
  writeFileSync(
    file,
    `import { open } from '${packageName}';
await open().catch((error) => console.log(error.code, error.message));
`,
  );
  const said = output(folder, [process.execPath, file]);
  t.regex(
    said,
    /^LOOM6001 .* has no prebuild for linux-\w+ \((?:glibc [\d.]+|musl), Node [\d.]+\)/,
  );
  t.true(said.includes(join(copy, 'prebuilds', `linux-${process.arch}`, `${packageName}.node`)));
  t.regex(said, /it has linux-riscv64; .*\n {2}npx loomgen build \S+loom\.config\.ts\n$/);
  rmSync(join(copy, 'prebuilds'), { recursive: true });
  t.regex(output(folder, [process.execPath, file]), /it has no prebuild at all/);
});

test('a package of another config is refused with both layouts', (t) => {
  const folder = join(consumer.folder, 'stale');
  const copy = join(folder, 'node_modules', packageName);
  cpSync(consumer.installed, copy, { recursive: true });
  const descriptor = join(copy, 'dist/descriptor.cjs');
  const text = readFileSync(descriptor, 'utf8');
  chmodSync(descriptor, 0o644);
  writeFileSync(descriptor, text.replace(/layout: '[0-9a-f]{16}'/, "layout: '0123456789abcdef'"));
  const file = join(folder, 'run.mjs');
  writeFileSync(
    file,
    `import { open } from '${packageName}';
await open().catch((error) => console.log(error.code, error.message));
`,
  );
  const said = output(folder, [process.execPath, file]);
  t.regex(said, /^LOOM6003 .*\(layout [0-9a-f]{16} there, 0123456789abcdef here\)/);
  t.regex(said, /npx loomgen build \S+loom\.config\.ts\n$/);
});
