/**
 * `loomgen tune` from end to end with loads that are shell commands, whose figures depend on what
 * was generated and on nothing else: nothing is compiled, and no test depends on how fast anything
 * is.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { Child, Discarded } from '../../generator/measure/child.ts';
import { commandLoad } from '../../generator/tune/command_load.ts';
import { emptyFolder, loomgen, matchesFixture, repository, type Run } from './workspace.ts';

const by = 'tune';
/** Whether a variant blocks is in its representation; one that does takes half the time. */
const blockIsFast = `if grep -q '"mode": "block"' "$LOOM_TUNE_OUT/loom.ir.json"
then echo '{"p50": 5, "cpu": 1}'; else echo '{"p50": 10, "cpu": 2}'; fi`;

/** A config whose only reactor is given. */
const configOf = (reactor: string, before = ''): string => `// Kept.
import { defineLoom, tcpServer } from 'loomgen';
${before}
export default defineLoom({
  name: 'echo',
  out: './out', // also kept
  reactors: ${reactor},
  fds: { tcp: tcpServer('127.0.0.1:0', { on: 'main', handler: 'Echo' }) },
  handlers: './echo.hpp',
});
`;
const usual = configOf("{ main: { wait: 'spin' } }");

/** A folder with a config and its handler. */
function folderWith(t: ExecutionContext, config = usual): string {
  const folder = emptyFolder(t);
  writeFileSync(join(folder, 'loom.config.ts'), config);
  writeFileSync(join(folder, 'echo.hpp'), '#pragma once\n');
  return folder;
}

/** Few builds and few trials. */
const small = ['--vary', 'wait', '--variants', '1', '--rounds', '5', '--seed', '1', '--no-compile'];

/** Tunes in a folder. */
function tuned(folder: string, load: string, ...words: string[]): Run {
  return loomgen(folder, ['tune', '--load', load, ...small, ...words]);
}

/** What the config says now. */
const configIn = (folder: string): string => readFileSync(join(folder, 'loom.config.ts'), 'utf8');

test('the winner is found and written; everything else in the config stays', (t) => {
  const folder = folderWith(t);
  const run = tuned(folder, blockIsFast, '--write');
  t.is(run.status, 0, run.stderr);
  t.regex(run.stdout, /^ {2}'block' +5 +0\.500 \[0\.500, 0\.500\]/m);
  t.regex(run.stdout, /^ {2}adopted: 'block'$/m);
  t.regex(run.stdout, /^- {3}reactors: \{ main: \{ wait: 'spin' \} \},$/m);
  t.regex(run.stdout, /^\+ {3}reactors: \{ main: \{ wait: 'block' \} \},$/m);
  t.regex(
    run.stderr,
    /^about places: 1, variants: 1, trials: 30; .* s; nothing begins after 15 min$/m,
  );
  t.regex(run.stderr, /^loom\.config\.ts has it now; next: loomgen build loom\.config\.ts$/m);
  t.is(configIn(folder), usual.replace("'spin'", "'block'"));
  t.deepEqual(readdirSync(folder).sort(), ['echo.hpp', 'loom.config.ts']);
});

test('without a terminal and without --write nothing is written, and what to type is said', (t) => {
  const folder = folderWith(t);
  const run = tuned(folder, blockIsFast);
  t.is(run.status, 0, run.stderr);
  t.regex(run.stdout, /^\+ {3}reactors: \{ main: \{ wait: 'block' \} \},$/m);
  t.regex(run.stderr, /^Nothing was written; .*: loomgen tune loom\.config\.ts --write$/m);
  t.is(configIn(folder), usual);
});

test('what is no better is not written, and --json says so in one document', (t) => {
  const folder = folderWith(t);
  const run = tuned(folder, `echo '{"p50": 7}'`, '--json', '--write');
  t.is(run.stderr, '');
  const document = JSON.parse(run.stdout);
  t.like(document, { command: 'tune', status: 'ok', name: 'echo', rounds: 5, written: false });
  t.like(document, { winner: [], difference: [], confirmation: null, diagnostics: [] });
  t.like(document.steps[0], { where: 'reactors.main.wait', adopted: null });
  t.is(configIn(folder), usual);
});

test('a place that is computed, or that means more, is not written', (t) => {
  const computed = configOf('{ main: { wait: policy } }', "\nconst policy = 'spin';\n");
  const folder = folderWith(t, computed);
  const run = tuned(folder, blockIsFast, '--write');
  t.is(run.status, 2);
  t.is(configIn(folder), computed);
  matchesFixture(t, 'LOOM2022-computed', by, run.stderr.replace(/^about .*\n/, ''));
});

test('what cannot be begun says why', (t) => {
  const folder = folderWith(t);
  const says = (words: readonly string[]): Run => loomgen(folder, ['tune', ...words]);
  const none = says([]);
  t.is(none.status, 2);
  matchesFixture(t, 'LOOM2020-load', by, none.stderr);
  const nothing = says(['--vary', 'wait', '--keep', 'wait']);
  t.is(nothing.status, 2);
  matchesFixture(t, 'LOOM2021-axes', by, nothing.stderr);
  const fibers = says(['--vary', 'fiber-batch', '--load', 'true']);
  t.regex(fibers.stderr, /LOOM2021: Nothing is left to vary: this config has no such part/);
  t.regex(
    says(['--vary', 'wiat']).stderr,
    /LOOM2014: There is nothing called 'wiat' .*\n.*\n.*wait/,
  );
  t.regex(says(['--rounds', '4', '--load', 'true']).stderr, /LOOM2014: --rounds takes .* from 5/);
  t.regex(says(['--trial-seconds', '0', '--load', 'true']).stderr, /--trial-seconds takes/);
  t.regex(says(['--better', 'more']).stderr, /LOOM2014/);
  t.regex(says(['--seed', 'abc', '--load', 'true']).stderr, /--seed takes a whole number from 0/);
  const own = says(['--metric', 'rps', '--load', 'true']).stderr;
  t.regex(own, /Nobody says whether more or less of 'rps' is better\.\n(?:.*\n)*.*--better higher/);
});

test('a representation cannot be tuned', (t) => {
  const folder = folderWith(t);
  t.is(loomgen(folder, ['build', '--no-compile']).status, 0);
  const run = loomgen(folder, ['tune', 'out/loom.ir.json', '--load', 'true']);
  t.is(run.status, 2);
  matchesFixture(t, 'LOOM2024-representation', by, run.stderr);
});

test('a load that gives no figures is told from a program that does not build', (t) => {
  const folder = folderWith(t);
  const rubbish = tuned(folder, 'echo READY; echo no figures');
  t.is(rubbish.status, 2);
  matchesFixture(t, 'LOOM2023-rubbish', by, rubbish.stderr);
  const words = ['tune', '--load', blockIsFast, '--vary', 'wait'];
  const unbuilt = loomgen(folder, words, { ...process.env, CXX: '/nowhere/c++' });
  t.regex(unbuilt.stderr, /LOOM2023: .* measured: LOOM2003: No C\+\+20 compiler was found/);
  t.is(configIn(folder), usual);
});

test('a command gives its numbers, or a reason why it gives none', async (t) => {
  const folder = emptyFolder(t);
  const built = { out: folder, addon: '/a.node', executable: null };
  const played = (command: string) => commandLoad(command, folder, 60_000).run(built);
  t.deepEqual(await played(`echo READY; echo '{"p50": 1.5, "rate": 2, "name": "x"}'`), {
    p50: 1.5,
    rate: 2,
  });
  const given = 'test "$LOOM_TUNE_OUT" = "$PWD" && test "$LOOM_TUNE_ADDON" = /a.node &&';
  t.deepEqual(await played(`${given} test -z "$LOOM_TUNE_EXECUTABLE" && echo '{"p50": 1}'`), {
    p50: 1,
  });
  const wrong: [command: string, message: RegExp][] = [
    ['echo broken >&2; exit 3', /^the load ended with exit 3: broken$/],
    ['echo no figures', /^the load did not end with a line of JSON, but 'no figures'$/],
    ['true', /^the load did not end with a line of JSON, but ''$/],
    ['echo [1]', /^the last line of the load is no JSON object$/],
    [`echo '{"p50": "fast"}'`, /^the last line of the load has no number$/],
    ['yes', /^the load ended with more output than 4194304 bytes$/],
    ['kill -9 $$', /^the load ended with SIGKILL$/],
  ];
  for (const [command, message] of wrong) {
    await t.throwsAsync(played(command), { instanceOf: Discarded, message }, command);
  }
});

test('a command that hangs is ended, with all that it started', async (t) => {
  const folder = emptyFolder(t);
  const load = commandLoad('sleep 600 & echo $! > started; wait', folder, 500);
  const built = { out: folder, addon: null, executable: null };
  await t.throwsAsync(load.run(built), { message: /^the load did not end in time/ });
  t.true(hasEnded(Number(readFileSync(join(folder, 'started'), 'utf8'))));
});

test('a command is not waited for when what it started has left its group', async (t) => {
  const folder = emptyFolder(t);
  const load = commandLoad('setsid sleep 600 & echo $! > started; wait', folder, 500);
  const built = { out: folder, addon: null, executable: null };
  await t.throwsAsync(load.run(built), { message: /^the load did not end in time/ });
  process.kill(Number(readFileSync(join(folder, 'started'), 'utf8')));
});

test('what is ended and not killed can end first what it has started', async (t) => {
  const directory = emptyFolder(t);
  const script = "trap 'echo asked > asked; exit' TERM; echo READY; sleep 600 & wait";
  const child = new Child('it', ['sh', '-c', script], undefined, { directory });
  await child.says('READY', 60_000);
  await child.end();
  t.is(readFileSync(join(directory, 'asked'), 'utf8'), 'asked\n');
});

/** Whether a process is gone, or only waits to be asked how it ended. */
function hasEnded(pid: number): boolean {
  try {
    return /^\d+ \(.*\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

/** Resolves once a file has a line. */
async function lineOf(folder: string, name: string): Promise<string> {
  const file = join(folder, name);
  const read = (): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const watcher = watch(folder);
  try {
    while (!read().endsWith('\n')) await once(watcher, 'change');
  } finally {
    watcher.close();
  }
  return read().trim();
}

/** How a run is interrupted. */
interface Interruption {
  /** Variables of its environment. */
  own?: NodeJS.ProcessEnv;
  /** Whether it is interrupted again once something has written into `asked`. */
  isImpatient?: boolean;
}

/** Interrupts a run once something has written its process and its folder into `started`. */
async function interrupted(
  t: ExecutionContext,
  folder: string,
  words: readonly string[],
  { own = {}, isImpatient = false }: Interruption = {},
) {
  const given = [join(repository, 'bin', 'loomgen.js'), 'tune', '--write', ...words];
  const environment = { ...process.env, ...own };
  const setting = { cwd: folder, stdio: 'ignore', env: environment } as const;
  const child = spawn(process.execPath, given, setting);
  const [pid = '', out = ''] = (await lineOf(folder, 'started')).split(' ');
  t.true(existsSync(out));
  const closed = once(child, 'close');
  child.kill('SIGINT');
  if (isImpatient) {
    await lineOf(folder, 'asked');
    child.kill('SIGINT');
  }
  t.is((await closed)[0], 130);
  t.true(hasEnded(Number(pid)));
  t.false(existsSync(out));
  t.is(configIn(folder), usual);
}

test('an interruption ends the load and leaves the config as it was', async (t) => {
  const folder = folderWith(t);
  const load = 'echo $$ "$LOOM_TUNE_OUT" > started; exec sleep 600';
  await interrupted(t, folder, ['--load', load, ...small]);
  t.deepEqual(readdirSync(folder).sort(), ['echo.hpp', 'loom.config.ts', 'started']);
});

test('a second interruption leaves no more behind than the first', async (t) => {
  const folder = folderWith(t);
  const stays = `trap 'echo asked > asked' TERM; echo $$ "$LOOM_TUNE_OUT" > started`;
  const load = `${stays}; while :; do sleep 600 & wait; done`;
  await interrupted(t, folder, ['--load', load, ...small], { isImpatient: true });
});

test('an interruption ends compilers, too, which have groups of their own', async (t) => {
  const folder = folderWith(t);
  const compiler = join(folder, 'compiler');
  const hangs = `echo $$ "$PWD" > '${folder}/started'; exec sleep 600`;
  const script = `#!/bin/sh\ncase "$*" in *program.cpp*) ${hangs};; esac\nexec c++ "$@"\n`;
  writeFileSync(compiler, script, { mode: 0o755 });
  await interrupted(t, folder, ['--load', 'true', '--vary', 'wait'], {
    own: { CXX: compiler },
  });
});
