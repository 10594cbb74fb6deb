/** What is said of a Tracy that is missing, old, or built without what is needed, and of a good. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { configureFailure } from '../../generator/compile_failure.ts';
import { compileDiagnostic } from '../../generator/commands/compile_diagnostic.ts';
import { doctor } from '../../generator/commands/doctor.ts';
import { findTracy, tracyCommands } from '../../generator/trace/tracy.ts';
import { emptyFolder, loomgen, matchesFixture, project } from '../generator/workspace.ts';
import { recorder, root } from './traced_program.ts';

const by = '../trace/tracy_found';

/** An installation with what is different about it. */
function installation(t: ExecutionContext, protocol: number, without = ''): string {
  const prefix = emptyFolder(t);
  const package_ = join(prefix, 'lib/cmake/Tracy');
  const common = join(prefix, 'include/tracy/common');
  for (const folder of [package_, common]) mkdirSync(folder, { recursive: true });
  const header = `enum : uint32_t { ProtocolVersion = ${protocol} };\n`;
  writeFileSync(join(common, 'TracyProtocol.hpp'), header);
  const config = readFileSync(join(recorder, 'TracyConfig.cmake'), 'utf8')
    .replace(/"\$\{CMAKE_CURRENT_LIST_DIR\}"/, `"${join(prefix, 'include/tracy')}"`)
    .replace(without === '' ? / $/ : new RegExp(` ${without}\\b`), '');
  const targets = join(package_, 'TracyTargets.cmake');
  writeFileSync(
    join(package_, 'TracyConfig.cmake'),
    `include("${targets}")
`,
  );
  writeFileSync(targets, config);
  return prefix;
}

const wrong: readonly (readonly [string, number, string, string])[] = [
  ['LOOM7002-old', 74, '', 'older than 0.13, whose protocol is 76'],
  ['LOOM7003-fibers', 76, 'TRACY_FIBERS', 'built without TRACY_FIBERS'],
];

for (const [fixture, protocol, without, problem] of wrong) {
  test(`${fixture}: the build says what to type, and doctor what is wrong`, (t) => {
    const prefix = installation(t, protocol, without);
    const environment = { ...process.env, Tracy_ROOT: prefix };
    const run = loomgen(project(t), ['build', '--trace'], environment);
    t.is(run.status, 2, run.stderr);
    matchesFixture(t, fixture, by, run.stderr.replaceAll(prefix, 'PREFIX'));
    t.is(findTracy(environment)?.problem, problem);
    const line = doctor(environment).find(({ name }) => name === 'Tracy');
    t.like(line, { status: 'warn', seen: problem });
  });
}

test('without Tracy the build says what to type', (t) => {
  const failure = configureFailure('CMake Error (message):\n\n    loom-tracy-missing:\n');
  t.deepEqual(failure, { kind: 'tracy', problem: 'missing', details: '' });
  const { code, severity, message, reason, fix, details } = compileDiagnostic(
    failure,
    '.',
    'debug',
  );
  const text = `${severity} ${code}: ${message}\n  why: ${reason}\n  fix: ${fix}\n\n${details}\n`;
  matchesFixture(t, 'LOOM7001-missing', by, text);
  t.is(findTracy({ PATH: emptyFolder(t), Tracy_ROOT: emptyFolder(t) })?.folder ?? null, null);
});

test('a Tracy as it should be is found', (t) => {
  const environment = { ...process.env, Tracy_ROOT: installation(t, 76) };
  t.like(findTracy(environment), { protocol: 76, problem: null });
  t.like(
    doctor(environment).find(({ name }) => name === 'Tracy'),
    { status: 'ok', version: 'protocol 76' },
  );
});

test('the commands of the diagnostics are those of a shell', (t) => {
  const { details = '' } = compileDiagnostic(
    { kind: 'tracy', problem: 'missing', details: '' },
    '.',
    'debug',
  );
  t.is(spawnSync('sh', ['-n'], { input: details }).status, 0);
  t.is(details.split('\n').filter((line) => /^(?:git|cmake|export) /.test(line)).length, 4);
});

test('the docs show the same commands', (t) => {
  const words = (text: string): string[] => text.replaceAll('\\\n', ' ').split(/\s+/);
  const shown = words(readFileSync(join(root, 'docs/PROFILING.md'), 'utf8')).join(' ');
  t.true(shown.includes(words(tracyCommands).join(' ')));
});

test('a function that begins in two branches has no zone, and that is said', (t) => {
  const folder = project(t);
  const header = join(folder, 'small.hpp');
  const split =
    '\n#if WIDE\nint width(long v) {\n#else\nint width(int v) {\n#endif\n  return v;\n}\n';
  writeFileSync(header, readFileSync(header, 'utf8') + split);
  const run = loomgen(folder, ['build', '--trace', '--no-compile', '--quiet']);
  t.is(run.status, 0);
  matchesFixture(t, 'LOOM7010-branches', by, run.stderr);
});
