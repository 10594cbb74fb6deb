/** `loomgen build --target`: which compiler is taken, what is refused, how addons are judged. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { targets } from '../../schemas/targets.ts';
import { checkAddon, loadAddonOnce } from '../../generator/check_addon.ts';
import { build } from '../../generator/commands/build.ts';
import { targetNames } from '../../generator/commands/build_targets.ts';
import { type System, thisSystem } from '../../generator/doctor/system.ts';
import { newestOf, readSharedLibrary } from '../../generator/elf.ts';
import { DiagnosticError, diagnostic } from '../../generator/report/diagnostic.ts';
import { renderDiagnostics } from '../../generator/report/render.ts';
import { chooseTargets, prepareTarget, refuseUnnamed } from '../../generator/target_build.ts';
import type { Ir } from '../../schemas/ir.ts';
import { sampleIr } from './ir_sample.ts';
import { emptyFolder, matchesFixture, project } from './workspace.ts';

const by = 'targets';
const here = { platform: 'linux', arch: 'x64', library: 'glibc 2.36' };
const plain = { isStatic: false, prefersZig: false };

/** A Linux machine with some programs in PATH, which all start. */
function machine(programs: readonly string[]): System {
  return {
    ...thisSystem({}),
    find: (program) => (programs.includes(program) ? `/usr/bin/${program}` : undefined),
    run: () => ({ status: 0, stdout: '', stderr: '' }),
  };
}

/** What a refusal says. */
function refusal(t: ExecutionContext, run: () => unknown): string {
  const error = t.throws(run, { instanceOf: DiagnosticError });
  return renderDiagnostics(error?.diagnostics ?? []);
}

test('the compiler of this machine, a cross compiler, zig: the first that is there', (t) => {
  const kinds = (names: readonly string[], programs: readonly string[], prefersZig = false) =>
    chooseTargets(names, machine(programs), here, { isStatic: false, prefersZig }).map(
      ({ toolchain }) => toolchain.kind,
    );
  const all = ['c++', 'aarch64-linux-gnu-g++', 'zig'];
  t.deepEqual(kinds(['linux-x64', 'linux-arm64'], all), ['native', 'cross']);
  t.deepEqual(kinds(['linux-arm64', 'linux-x64-musl'], ['c++', 'zig']), ['zig', 'zig']);
  t.deepEqual(kinds(['linux-x64', 'linux-arm64'], all, true), ['zig', 'zig']);
  t.deepEqual(kinds(['linux-x64', 'linux-x64'], all), ['native']);
  const mingw = 'x86_64-w64-mingw32-g++-posix';
  t.deepEqual(kinds(['win32-x64', 'freebsd-x64'], [mingw, 'zig'], true), ['cross', 'zig']);
  const [arm] = chooseTargets(['linux-arm64'], machine(['python3']), here, plain);
  t.deepEqual(arm?.toolchain.compiler, [
    ...['/usr/bin/python3', '-m', 'ziglang', 'c++', '-target', 'aarch64-linux-gnu.2.31'],
  ]);
});

test('a target that nobody knows, or has no compiler, is refused', (t) => {
  const choose = (name: string, programs: readonly string[] = []) =>
    refusal(t, () => chooseTargets([name], machine(programs), here, plain));
  matchesFixture(t, 'LOOM2001-target', by, choose('linux-arm46'));
  t.regex(choose('playstation'), /fix: Use one of: host, linux-x64, linux-arm64, /);
  matchesFixture(t, 'LOOM2031-compiler', by, choose('linux-arm64', ['c++']));
  t.regex(
    choose('linux-x64-musl', ['c++']),
    /Type: python3 -m venv ~\/\S+ && ~\/\S+\/bin\/pip install ziglang\n/,
  );
  const windows = choose('win32-x64', ['c++']);
  t.regex(windows, /\(tried x86_64-w64-mingw32-g\+\+-posix\)/);
  t.regex(windows, /Type: sudo apt-get install -y g\+\+-mingw-w64-x86-64-posix\n/);
});

test('host is this machine among others, and a list without a name or a debug one is none', (t) => {
  const machineTarget = `${process.platform}-${process.arch}`;
  t.deepEqual(targetNames({ target: 'host' }), []);
  t.deepEqual(targetNames({ target: 'host', preset: 'debug' }), []);
  t.true(targetNames({ target: 'host,linux-arm64' })[0]?.startsWith(machineTarget));
  t.deepEqual(targetNames({ target: 'darwin-x64,', preset: 'release' }), ['darwin-x64']);
  for (const target of ['', ',', ',,']) {
    t.regex(
      refusal(t, () => targetNames({ target })),
      /LOOM2014: There is no target in --target/,
    );
  }
  const debug = () => targetNames({ target: 'linux-arm64', preset: 'debug' });
  t.regex(refusal(t, debug), /LOOM2014: .* never a debug build/);
});

test('the list of targets is looked at also where nothing is compiled', async (t) => {
  const { diagnostics, exitCode } = await build({
    ...{ directory: project(t), compile: false, target: ',' },
  });
  t.is(exitCode, 2);
  t.is(diagnostics[0]?.code, 'LOOM2014');
});

test('a target of a platform that the config does not name is refused', (t) => {
  const chosen = chooseTargets(['linux-x64', 'freebsd-x64'], machine(['c++', 'zig']), here, plain);
  const named = (backends: Ir['backends']) => ({ ...sampleIr(), backends });
  const mistake = refusal(t, () => refuseUnnamed(chosen, named({ linux: ['epoll'] })));
  matchesFixture(t, 'LOOM2034-platform', by, mistake);
  t.notThrows(() => refuseUnnamed(chosen, named({ linux: ['epoll'], freebsd: ['kqueue'] })));
});

/** Prepares linux-arm64 by a cross compiler, with some root of libraries. */
function prepared(t: ExecutionContext, root: string, kind: 'cross' | 'zig' = 'cross') {
  const out = emptyFolder(t);
  const programs = kind === 'cross' ? ['aarch64-linux-gnu-g++'] : ['zig'];
  const [chosen] = chooseTargets(['linux-arm64'], machine(programs), here, plain);
  if (chosen === undefined) throw new Error('nothing was chosen');
  const ir = { name: 'small', backends: { linux: ['io_uring', 'epoll'] } } as unknown as Ir;
  const program = { ir, out, isStatic: false, libuv: '/usr/include' };
  return { out, build: prepareTarget(chosen, program, { LOOM_SYSROOT: root }) };
}

/** A folder with the libraries of linux-arm64, empty. */
function sysroot(t: ExecutionContext): string {
  const root = emptyFolder(t);
  for (const folder of ['usr/lib/aarch64-linux-gnu', 'usr/include/liburing']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  writeFileSync(join(root, 'usr/lib/aarch64-linux-gnu/liburing.a'), '');
  writeFileSync(join(root, 'usr/include/liburing.h'), 'liburing');
  return root;
}

test('libraries come from the root of the target, its headers alone', (t) => {
  const root = sysroot(t);
  const { out, build } = prepared(t, root);
  const include = join(out, 'build/linux-arm64/tools/include');
  t.true(build.entries.includes(`LOOM_LIBURING_INCLUDE=${include}`));
  t.is(readFileSync(join(include, 'liburing.h'), 'utf8'), 'liburing');
  t.true(build.entries.includes('CMAKE_CXX_COMPILER=/usr/bin/aarch64-linux-gnu-g++'));
  t.is(build.environment.PKG_CONFIG_SYSROOT_DIR, root);
  rmSync(join(root, 'usr/lib/aarch64-linux-gnu/liburing.a'));
  const missing = refusal(t, () => prepared(t, root)).replaceAll(root, '/sysroot');
  matchesFixture(t, 'LOOM2032-liburing', by, missing);
});

/** The path that CMake is given of a tool. */
function toolIn(entries: readonly string[], name: string): string {
  return entries.find((each) => each.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

test('zig is called by scripts of one word each', (t) => {
  const { out, build: made } = prepared(t, sysroot(t), 'zig');
  const tool = (name: string) => toolIn(made.entries, name);
  t.true(tool('CMAKE_AR').startsWith(join(out, 'build/linux-arm64/tools/zig-')));
  t.is(
    readFileSync(tool('CMAKE_RANLIB'), 'utf8'),
    `#!/bin/sh\nexec '/usr/bin/zig' 'ranlib' "$@"\n`,
  );
  const text = readFileSync(tool('CMAKE_CXX_COMPILER'), 'utf8');
  t.regex(text, /'-target' 'aarch64-linux-gnu\.2\.31' "\$@"\n$/);
});

test('another zig has another path, for Ninja keeps what the same path compiled', (t) => {
  const target = targets.find(({ name }) => name === 'linux-x64-musl');
  if (target === undefined) throw new Error('no such target');
  const ir = { name: 'small', backends: { linux: ['epoll'] } } as unknown as Ir;
  const out = emptyFolder(t);
  const compilerOf = (...compiler: string[]) => {
    const toolchain = { kind: 'zig', compiler, glibc: null } as const;
    const program = { ir, out, isStatic: false, libuv: '/usr/include' };
    return toolIn(prepareTarget({ target, toolchain }, program, {}).entries, 'CMAKE_CXX_COMPILER');
  };
  const first = compilerOf('/usr/bin/zig', 'c++', '-target', 'x86_64-linux-musl');
  t.is(compilerOf('/usr/bin/zig', 'c++', '-target', 'x86_64-linux-musl'), first);
  t.not(compilerOf('/opt/zig', 'c++', '-target', 'x86_64-linux-musl'), first);
  t.not(compilerOf('/usr/bin/zig', 'c++', '-target', 'x86_64-linux-gnu.2.28'), first);
});

const entries = `
extern "C" [[gnu::visibility("default")]] void napi_register_module_v1() {}
extern "C" [[gnu::visibility("default")]] void node_api_module_get_api_version_v1() {}
`;

/** Compiles a shared library; gives its path. */
function library(t: ExecutionContext, text: string, ...more: string[]): string {
  const path = join(emptyFolder(t), 'small.node');
  const given = ['-shared', '-fPIC', '-fvisibility=hidden', '-xc++', '-', '-o', path, ...more];
  const done = spawnSync('c++', given, { input: text, encoding: 'utf8' });
  t.is(done.status, 0, done.stderr);
  return path;
}

test('what is shipped is for its processor, stripped, and exports nothing else', (t) => {
  const name = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64';
  const find = (wanted: string) => {
    const target = targets.find((each) => each.name === wanted);
    if (target === undefined) throw new Error(`no target ${wanted}`);
    return target;
  };
  const good = library(t, `#include <cstdio>\n${entries}void say() { puts(""); }`, '-s');
  const verdict = checkAddon(good, find(name), null);
  t.true('facts' in verdict && verdict.facts.needed.includes('libc.so.6'));
  t.regex(('facts' in verdict && verdict.facts.minimumGlibc) || '', /^2\.[\d.]+$/);
  const mistake = (path: string, target = name, glibc: string | null = null) => {
    const found = checkAddon(path, find(target), glibc);
    return 'mistake' in found ? found.mistake : '';
  };
  const other = name === 'linux-x64' ? 'linux-arm64' : 'linux-x64';
  t.regex(mistake(good, other), /it is for ELF machine \d+/);
  t.is(mistake(good, `${name}-musl`), 'it needs glibc');
  t.is(mistake(library(t, entries)), 'it is not stripped');
  t.regex(mistake(library(t, 'int x;', '-s')), /does not export napi_register_module_v1/);
  const leak = `${entries}[[gnu::visibility("default")]] int leaked() { return 1; }`;
  t.regex(mistake(library(t, leak, '-s')), /it exports _Z6leakedv/);
  const alike = `${entries}extern "C" [[gnu::visibility("default")]] void napi_more() {}`;
  t.regex(mistake(library(t, alike, '-s')), /it exports napi_more/);
  t.is(mistake(good, name, '2.999'), '');
  t.regex(mistake(good, name, '2.1'), /it needs glibc 2\.[\d.]+, and was to be linked for 2\.1$/);
  const holes = { file: 'build/linux-x64/small.node', target: 'linux-x64' };
  const reason = mistake(library(t, entries));
  const hint = 'Please report it with the config: this is a bug of loomgen';
  const said = renderDiagnostics([diagnostic('LOOM2033', { ...holes, reason, hint })]);
  matchesFixture(t, 'LOOM2033-stripped', by, said);
  const bytes = readFileSync(good);
  t.is(readSharedLibrary(bytes.subarray(0, bytes.length >> 1)), null);
  t.is(readSharedLibrary(Buffer.from('text')), null);
});

test('Node loads it, or says why not; without one of the target nothing is claimed', (t) => {
  const [x64, arm64] = targets;
  if (x64 === undefined || arm64 === undefined) throw new Error('no targets');
  const system = thisSystem({});
  const path = library(t, entries, '-s');
  const loaded = loadAddonOnce(path, 'small', { target: x64, isHere: true }, system);
  t.false(loaded.isLoaded);
  t.truthy(loaded.by);
  t.deepEqual(loadAddonOnce(path, 'small', { target: arm64, isHere: false }, system), {
    ...{ by: null, isLoaded: false, why: 'LOOM_NODE_LINUX_ARM64 names no Node of it' },
  });
});

test('versions are compared by their numbers', (t) => {
  t.is(newestOf(['GLIBC_2.9', 'GLIBC_2.34', 'GLIBC_2.4', 'GLIBCXX_3.4.32'], 'GLIBC'), '2.34');
  t.is(newestOf(['GLIBC_2.2.5', 'GLIBC_2.2'], 'GLIBC'), '2.2.5');
  t.is(newestOf(['GLIBC_PRIVATE'], 'GLIBC'), null);
});
