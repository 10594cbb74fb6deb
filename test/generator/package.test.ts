/**
 * The package as it is published: packed, unpacked beside its dependencies and nothing else, and
 * used there. No checkout is near, so neither sources nor development tools can help it.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { configText, emptyFolder, filesBelow, project, repository } from './workspace.ts';

const compiler = join(repository, 'node_modules', 'typescript', 'bin', 'tsc');
const strict = {
  compilerOptions: { module: 'NodeNext', strict: true, noEmit: true, types: [] },
  files: ['loom.config.ts'],
};

/** Runs a command in a folder and gives its output; it has to exit with `status`. */
function run(t: ExecutionContext, folder: string, command: string[], status = 0): string {
  const [file = '', ...parameters] = command;
  const done = spawnSync(file, parameters, { cwd: folder, encoding: 'utf8' });
  t.is(done.status, status, `${command.join(' ')}\n${done.stdout}${done.stderr}`);
  return done.stdout;
}

/** Packs the repository and unpacks it into `folder`/node_modules. */
function installed(t: ExecutionContext, folder: string): string {
  const archive = emptyFolder(t);
  run(t, repository, ['npm', 'pack', '--offline', '--pack-destination', archive]);
  const packages = join(folder, 'node_modules');
  const own = join(packages, 'loomgen');
  mkdirSync(own, { recursive: true });
  const [file = ''] = filesBelow(archive).keys();
  run(t, own, ['tar', '-xzf', join(archive, file), '--strip-components=1']);
  const { dependencies } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(packages, name)), { recursive: true });
    symlinkSync(join(repository, 'node_modules', name), join(packages, name));
  }
  return own;
}

test('the packed package generates, is typed, and holds what it needs', (t) => {
  t.timeout(600_000);
  const folder = project(t);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const own = installed(t, folder);
  const paths = [...filesBelow(own).keys()];
  const docs = ['BLOCKING', 'OPERATIONS', 'PERFORMANCE', 'PROFILING'];
  const wanted = ['LICENSE', 'README.md', 'schemas/loom.schema.json'];
  for (const path of [...wanted, ...docs.map((name) => `docs/${name}.md`)]) {
    t.true(paths.includes(path), path);
  }
  t.deepEqual(
    paths.filter((path) => /^(?:test|examples|generated|generator|setup)\//.test(path)),
    [],
  );

  run(t, folder, [process.execPath, join(own, 'bin/loomgen.js'), 'build', '--no-compile']);
  t.true(filesBelow(join(folder, 'out')).has('src/main.hpp'));
  // The grammar of C++ and what profiling builds add are in it.
  const traced = [process.execPath, join(own, 'bin/loomgen.js'), 'build', '--trace'];
  run(t, folder, [...traced, '--no-compile', '--quiet']);
  const copy = filesBelow(join(folder, 'out-trace')).get('traced/small.hpp');
  t.true(copy?.includes('LOOM_ZONE("Small::on_data"'));
  // Another installation of it is another loomgen, although nothing of the project has changed.
  const check = [process.execPath, join(own, 'bin/loomgen.js'), 'build', '--check', '--quiet'];
  t.is(run(t, folder, check), '');
  appendFileSync(join(own, 'templates/runtime/loom/bytes.hpp'), '// newer\n');
  run(t, folder, check, 4);
  const use = "import { explain, line } from 'loomgen'; console.log(typeof explain, line({}).kind)";
  t.is(run(t, folder, [process.execPath, '-e', use, '--input-type=module']), 'function line\n');

  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(strict));
  run(t, folder, [process.execPath, compiler]);
  const mistaken = configText().replace("on: 'main', every", "on: 'mian', every");
  writeFileSync(join(folder, 'loom.config.ts'), mistaken);
  t.regex(run(t, folder, [process.execPath, compiler], 2), /"mian".*"main"/s);
});
