/**
 * A build without changes: it is seen before anything is loaded, says what a whole build says and
 * writes nothing; and whatever is different from the last build makes it a whole one.
 */
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { type BuildResult, build } from '../../generator/commands/build.ts';
import { unchangedBuild } from '../../generator/commands/unchanged.ts';
import { sha256 } from '../../generator/plan.ts';
import { plainBuild } from '../../generator/plain_words.ts';
import { installationMark, stampKey } from '../../generator/stamp.ts';
import { didMore, emptyFolder, filesBelow, loomgen, loomgenScripts, project } from './workspace.ts';

const variable = 'LOOM_TEST_CLOCK';

/** A project whose config has imports, reads a variable, and whose cache lies in it. */
function projectWithReads(t: ExecutionContext): string {
  const folder = project(t);
  mkdirSync(join(folder, 'node_modules'));
  mkdirSync(join(folder, 'more'));
  const config = join(folder, 'loom.config.ts');
  const text = readFileSync(config, 'utf8')
    .replace('\nexport', "import { name } from './more/name.ts';\n\nexport")
    .replace("name: 'small'", 'name')
    .replace("every: '1s'", `every: process.env.${variable} === 'slow' ? '2s' : '1s'`);
  writeFileSync(config, text);
  writeFileSync(join(folder, 'more/name.ts'), "export { name } from './deep.ts';\n");
  writeFileSync(
    join(folder, 'more/deep.ts'),
    "import words from './words.json' with { type: 'json' };\nexport const name = words.name;\n",
  );
  writeFileSync(join(folder, 'more/words.json'), '{ "name": "small" }\n');
  return folder;
}

/** What would be printed without building; null when a build is needed. */
function unchanged(directory: string, options: { out?: string; backend?: string[] } = {}) {
  const key = stampKey({ config: 'loom.config.ts', ...options }, directory);
  return unchangedBuild(key, { writes: true, preset: null });
}

/** The whole build. */
function whole(directory: string): Promise<BuildResult> {
  return build({ directory, compile: false });
}

/** The only stamp of a project. */
function stampOf(folder: string): string {
  const stamps = join(folder, 'node_modules/.cache/loomgen/stamps');
  const names = readdirSync(stamps);
  if (names.length !== 1) throw new Error(`not one stamp but ${names.join(', ')}`);
  return join(stamps, names[0] ?? '');
}

/** Writes a stamp that is whole, but not as it was. */
function forge(folder: string, from: RegExp, to: string): void {
  const path = stampOf(folder);
  const body = readFileSync(path, 'utf8').replace(/^.*\n/, '').replace(from, to);
  writeFileSync(path, `${sha256(body)}\n${body}`);
}

function replaceIn(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  writeFileSync(path, text.replace(from, to));
}

test.serial('what a whole build returns is returned without one', async (t) => {
  const folder = projectWithReads(t);
  t.is(await unchanged(folder), null, 'never built');
  await whole(folder);
  const before = filesBelow(folder);
  const found = await unchanged(folder);
  t.deepEqual(filesBelow(folder), before);
  t.deepEqual(found, await whole(folder));
  t.deepEqual(filesBelow(folder), before, 'nor does a whole build write anything anew');
});

/** What may be different, and how it becomes so. */
const changes: Readonly<Record<string, (folder: string) => void>> = {
  'the config': (folder) => replaceIn(join(folder, 'loom.config.ts'), "'1s'", "'3s'"),
  'a comment in the config': (folder) => appendFileSync(join(folder, 'loom.config.ts'), '// x\n'),
  'an import': (folder) => appendFileSync(join(folder, 'more/name.ts'), '// x\n'),
  'an import of an import': (folder) => appendFileSync(join(folder, 'more/deep.ts'), '// x\n'),
  'imported JSON': (folder) => appendFileSync(join(folder, 'more/words.json'), '\n'),
  'an import that is gone': (folder) => rmSync(join(folder, 'more/deep.ts')),
  'handlers that are gone': (folder) => rmSync(join(folder, 'small.hpp')),
  'handlers that are a folder': (folder) => {
    rmSync(join(folder, 'small.hpp'));
    mkdirSync(join(folder, 'small.hpp'));
  },
  'an output that was edited': (folder) => appendFileSync(join(folder, 'out/src/main.hpp'), ' '),
  'a byte of an output': (folder) => replaceIn(join(folder, 'out/map.txt'), 'small', 'smalk'),
  'an output that is gone': (folder) => rmSync(join(folder, 'out/runtime/loom.cmake')),
  'the manifest': (folder) => appendFileSync(join(folder, 'out/loom.manifest.json'), ' '),
  'a manifest that is gone': (folder) => rmSync(join(folder, 'out/loom.manifest.json')),
  'a file of somebody else': (folder) => writeFileSync(join(folder, 'out/src/x.hpp'), ''),
  'the output folder': (folder) => renameSync(join(folder, 'out'), join(folder, 'moved')),
  'the whole project': (folder) => {
    const inside = readdirSync(folder);
    mkdirSync(join(folder, 'moved'));
    for (const name of inside) renameSync(join(folder, name), join(folder, 'moved', name));
  },
  'a byte of the stamp': (folder) => replaceIn(stampOf(folder), '"small"', '"smalk"'),
  'a stamp that ends early': (folder) => {
    writeFileSync(stampOf(folder), readFileSync(stampOf(folder), 'utf8').slice(0, -9));
  },
  'an empty stamp': (folder) => writeFileSync(stampOf(folder), ''),
  'a stamp that cannot be read': (folder) => {
    const path = stampOf(folder);
    rmSync(path);
    mkdirSync(path);
  },
  'a stamp of another loomgen': (folder) => forge(folder, /("installation":")\w{4}/, '$10000'),
  'a stamp of another config': (folder) => forge(folder, /("config":")/, '$1/other'),
};

for (const [what, change] of Object.entries(changes)) {
  test.serial(`a build sees what changed: ${what}`, async (t) => {
    const folder = projectWithReads(t);
    await whole(folder);
    t.not(await unchanged(folder), null);
    change(folder);
    t.is(await unchanged(folder), null);
    t.is(await unchanged(join(folder, 'moved')), null);
  });
}

test.serial('a changed import is built, and then nothing is left to do', async (t) => {
  const folder = projectWithReads(t);
  await whole(folder);
  replaceIn(join(folder, 'more/words.json'), 'small', 'other');
  replaceIn(join(folder, 'small.hpp'), '<small/', '<other/');
  t.is((await whole(folder)).name, 'other');
  t.is((await unchanged(folder))?.name, 'other');
});

test.serial('a variable that the config reads is compared, others are not', async (t) => {
  t.teardown(() => {
    delete process.env[variable];
  });
  const folder = projectWithReads(t);
  await whole(folder);
  process.env.LOOM_TEST_OTHER = '1';
  t.not(await unchanged(folder), null);
  process.env[variable] = 'slow';
  t.is(await unchanged(folder), null);
  await whole(folder);
  t.not(await unchanged(folder), null);
  process.env[variable] = 'fast';
  t.is(await unchanged(folder), null);
  delete process.env[variable];
  t.is(await unchanged(folder), null);
});

test.serial('variables that decide how a config is run are compared', async (t) => {
  const folder = projectWithReads(t);
  await whole(folder);
  for (const name of ['JITI_ALIAS', 'NODE_OPTIONS']) {
    const before = process.env[name];
    process.env[name] = '{}';
    t.is(await unchanged(folder), null, name);
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
    t.not(await unchanged(folder), null);
  }
});

test('another state of a package that generates is another installation', (t) => {
  const root = emptyFolder(t);
  const packages = ['jiti', 'handlebars', 'valibot', 'yargs'];
  const folders = [...packages.map((name) => `node_modules/${name}/lib`), 'generator', 'schemas'];
  for (const each of [...folders, 'templates']) mkdirSync(join(root, each), { recursive: true });
  for (const name of packages) writeFileSync(join(root, 'node_modules', name, 'lib/a.js'), '');
  writeFileSync(join(root, 'package.json'), '{}');
  const mark = installationMark(root);
  t.not(mark, null);
  const marks = packages.map((name) => {
    appendFileSync(join(root, 'node_modules', name, 'lib/a.js'), '\n');
    return installationMark(root);
  });
  t.is(new Set([mark, ...marks.slice(0, 3)]).size, 4);
  t.is(marks[3], marks[2], 'yargs decides nothing of the output');
});

test.serial('other options are another build', async (t) => {
  const folder = projectWithReads(t);
  await whole(folder);
  t.is(await unchanged(folder, { out: 'elsewhere' }), null);
  t.is(await unchanged(folder, { backend: ['epoll'] }), null);
  await build({ directory: folder, compile: false, backend: ['epoll'] });
  t.not(await unchanged(folder, { backend: ['epoll'] }), null);
  t.is(await unchanged(folder), null, 'the output is that of epoll now');
  const key = stampKey({ config: 'loom.config.ts', backend: ['epoll'] }, folder);
  t.is(await unchangedBuild(key, { writes: true, preset: 'release' }), null, 'not compiled');
});

test.serial('a config that may be different tomorrow is always loaded', async (t) => {
  const folder = projectWithReads(t);
  replaceIn(join(folder, 'loom.config.ts'), "'1s'", "Date.now() > 0 ? '1s' : '2s'");
  await whole(folder);
  t.is(await unchanged(folder), null);
  const before = filesBelow(folder);
  t.is((await whole(folder)).exitCode, 0);
  t.deepEqual(filesBelow(folder), before);
});

test.serial('a build with something to say says it each time', async (t) => {
  const folder = projectWithReads(t);
  await whole(folder);
  writeFileSync(join(folder, 'out/src/mine.hpp'), '');
  t.true((await whole(folder)).plan?.entries.some(({ action }) => action === 'kept'));
  t.is(await unchanged(folder), null);
});

test.serial('without a cache that can be written to a build is whole, and works', async (t) => {
  const folder = projectWithReads(t);
  const stamps = join(folder, 'node_modules/.cache/loomgen/stamps');
  mkdirSync(join(stamps, '..'), { recursive: true });
  writeFileSync(stamps, 'in the way');
  t.is((await whole(folder)).exitCode, 0);
  t.is(await unchanged(folder), null);
  chmodSync(stamps, 0o400);
  t.is((await whole(folder)).exitCode, 0);
});

for (const words of [[], ['--quiet'], ['--json'], ['--check'], ['--check', '--json']]) {
  test.serial(`build ${words.join(' ')} says the same whichever way it goes`, (t) => {
    const folder = projectWithReads(t);
    const given = ['build', 'loom.config.ts', '--no-compile', ...words];
    loomgen(folder, ['build', '--no-compile']);
    const before = filesBelow(folder);
    const quick = loomgenScripts(t, folder, given);
    t.false(didMore(quick), quick.scripts.filter((url) => url.startsWith('file:')).join('\n'));
    // What is plain to us is read by yargs as soon as one word is not.
    const slow = loomgenScripts(t, folder, [...given, '--target', 'host']);
    t.true(didMore(slow));
    for (const name of ['status', 'stdout', 'stderr'] as const) t.is(quick[name], slow[name]);
    t.deepEqual(filesBelow(folder), before);
  });
}

test.serial('--version is said without a parser', (t) => {
  const run = loomgenScripts(t, project(t), ['--version']);
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  t.is(run.stdout, `${version}\n`);
  t.false(didMore(run));
});

test('what is not plain is left to yargs', (t) => {
  const refused = [
    'clean',
    'build a b',
    'build --out',
    'build --out --json',
    'build --json --json',
    'build --json true',
    'build --release --debug',
    'build --check --dry-run',
    'build --verbose',
    'build --force',
    'build --target host',
    'build -h',
    'build --',
    'build "a"',
    'build --out=a',
    'build --constructor',
    'a build',
  ];
  for (const line of refused) t.is(plainBuild(line.split(' ')), null, line);
  t.is(plainBuild(['build', '']), null);
  t.like(plainBuild(['build', '--debug', '--out', 'o', 'c.ts', '--backend', 'epoll']), {
    config: 'c.ts',
    out: 'o',
    backend: 'epoll',
    debug: true,
    compile: true,
    target: 'host',
  });
});
