/** What the bindings say on machines that there are not, when no addon fits. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { mistakeOfFile, otherMachineOf } from '../../templates/bindings/addon_file.ts';
import type { ProgramDescriptor } from '../../templates/bindings/descriptor.ts';
import { findAddon } from '../../templates/bindings/find_addon.ts';
import { meaningOf } from '../../templates/bindings/load_failure.ts';
import { loadAddon } from '../../templates/bindings/native.ts';
import type { Machine } from '../../templates/bindings/prebuilds.ts';
import { emptyFolder } from '../generator/workspace.ts';

const node = '20.20.2';
const debian: Machine = { platform: 'linux', arch: 'x64', node, library: 'glibc 2.36' };
const alpine: Machine = { ...debian, library: 'musl' };
const apple: Machine = { platform: 'darwin', arch: 'arm64', node, library: null };

/** A package with files, and the descriptor of its program. */
function installed(t: ExecutionContext, files: Readonly<Record<string, Buffer>>) {
  const folder = emptyFolder(t);
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  const descriptor = {
    name: 'small',
    from: pathToFileURL(join(folder, 'dist/index.js')).href,
    native: {
      candidates: ['../build/release/small.node'],
      buildCommands: ['npx loomgen build loom.config.ts'],
    },
  } as unknown as ProgramDescriptor;
  return { folder, descriptor };
}

/** The head of a library as each system has it. */
const heads = {
  'linux-x64': () => elf(62),
  'linux-arm64': () => elf(183),
  'freebsd-x64': () => elf(62),
  'darwin-arm64': () => head([0xcf, 0xfa, 0xed, 0xfe, 0x0c, 0, 0, 1]),
  'win32-x64': () => {
    const bytes = head([0x4d, 0x5a]);
    bytes.writeUInt32LE(64, 60);
    bytes.write('PE\0\0', 64);
    bytes.writeUInt16LE(0x8664, 68);
    return bytes;
  },
};

function head(bytes: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from(bytes), Buffer.alloc(128 - bytes.length)]);
}

function elf(machine: number, abi = 0): Buffer {
  const bytes = head([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, abi]);
  bytes.writeUInt16LE(machine, 18);
  return bytes;
}

/** What is said when nothing is found. */
function said(t: ExecutionContext, prebuilds: readonly string[], machine: Machine): string {
  const bytes = Buffer.from('anything');
  const files = prebuilds.map((each) => [`prebuilds/${each}/small.node`, bytes] as const);
  const { descriptor } = installed(t, Object.fromEntries(files));
  const error = t.throws(() => findAddon(descriptor, undefined, () => machine));
  return error?.message ?? '';
}

test('the prebuild of the machine is taken, musl and glibc apart', (t) => {
  const bytes = Buffer.from('anything');
  const { descriptor, folder } = installed(t, {
    'prebuilds/linux-x64/small.node': bytes,
    'prebuilds/linux-x64-musl/small.node': bytes,
    'prebuilds/darwin-arm64/small.node': bytes,
  });
  for (const [machine, path] of [
    [debian, 'linux-x64'],
    [alpine, 'linux-x64-musl'],
    [apple, 'darwin-arm64'],
  ] as const) {
    const expected = join(folder, 'prebuilds', path, 'small.node');
    t.is(
      findAddon(descriptor, undefined, () => machine),
      expected,
    );
  }
});

test('without one, the real reason is said, and what to type', (t) => {
  t.regex(said(t, ['linux-x64'], apple), /no prebuild for darwin-arm64 \(Node [\d.]+\)/);
  t.regex(said(t, ['linux-x64'], apple), /it has linux-x64\nnone of these is for darwin; who /);
  t.regex(said(t, ['linux-x64'], alpine), /linux-x64 is for glibc, and this .* musl, as Alpine/);
  t.regex(said(t, ['linux-x64'], alpine), /node:22-slim; .* makes prebuilds\/linux-x64-musl\/sm/);
  t.regex(said(t, ['linux-x64-musl'], debian), /-musl is for musl, .* this system has glibc 2\.36/);
  t.regex(said(t, ['linux-arm64'], debian), /it has linux-arm64; who publishes it/);
  t.regex(said(t, [], debian), /it has no prebuild at all; who .* with\n {2}npx loomgen build/);
});

test('every format tells for whom it is, and what is none says so', (t) => {
  const folder = emptyFolder(t);
  const file = join(folder, 'small.node');
  const windows = { platform: 'win32', arch: 'arm64' };
  for (const [name, make] of Object.entries(heads)) {
    writeFileSync(file, make());
    const [platform = '', arch = ''] = name.split('-');
    t.is(otherMachineOf(file, { platform, arch }), undefined, name);
    t.is(mistakeOfFile(file, { platform, arch }), undefined, name);
    const isElf = platform === 'linux' || platform === 'freebsd';
    const seen = isElf ? `linux-${arch} or freebsd-${arch}` : name;
    t.is(otherMachineOf(file, windows), seen);
    t.is(mistakeOfFile(file, windows), `is for ${seen}, and this Node is for win32-arm64`);
  }
  for (const text of ['', 'MZ', 'a page of text that a server sent instead of what it should']) {
    writeFileSync(file, text);
    t.is(otherMachineOf(file, windows), undefined);
    t.regex(mistakeOfFile(file, windows) ?? '', text === '' ? /is empty/ : /is no shared library/);
  }
});

test('an ELF file tells FreeBSD apart where FreeBSD made it; zig writes as for Linux', (t) => {
  const file = join(emptyFolder(t), 'small.node');
  const linux = { platform: 'linux', arch: 'x64' };
  const freebsd = { platform: 'freebsd', arch: 'x64' };
  for (const [abi, onLinux] of [
    [0, undefined],
    [3, undefined],
    [9, 'freebsd-x64'],
  ] as const) {
    writeFileSync(file, elf(62, abi));
    t.is(otherMachineOf(file, freebsd), undefined);
    t.is(otherMachineOf(file, linux), onLinux);
    t.is(otherMachineOf(file, { platform: 'freebsd', arch: 'arm64' }), 'freebsd-x64');
  }
});

test('a build of another machine is passed over for a prebuild, and named without one', (t) => {
  const foreign = process.arch === 'arm64' ? 'linux-x64' : 'linux-arm64';
  const { descriptor, folder } = installed(t, {
    'build/release/small.node': heads[foreign](),
    [`prebuilds/linux-${process.arch}/small.node`]: Buffer.from('anything'),
  });
  const here = { ...debian, arch: process.arch };
  const prebuild = join(folder, `prebuilds/linux-${process.arch}/small.node`);
  t.is(
    findAddon(descriptor, undefined, () => here),
    prebuild,
  );
  const { descriptor: alone } = installed(t, { 'build/release/small.node': heads[foreign]() });
  const error = t.throws(() => loadAddon(alone));
  t.regex(error?.message ?? '', /small\.node is for linux-\w+, and this Node is for linux-\w+\n/);
  t.regex(error?.message ?? '', /copied or mounted .*\n {2}rm -rf node_modules && npm install\n/);
});

test('what the dynamic loader says is explained for the machine', (t) => {
  const cases: [string, Machine, RegExp][] = [
    [
      "/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /x/small.node)",
      debian,
      /compiled for glibc 2\.38 or newer, and this system has glibc 2\.36\n.* has glibc 2\.36$/,
    ],
    [
      "/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found",
      debian,
      /GLIBCXX_3\.4\.32.*\n.*--static/,
    ],
    [
      'liburing.so.2: cannot open shared object file: No such file or directory',
      debian,
      /needs liburing\.so\.2, .*\non Debian, type: sudo apt-get install -y liburing2\n/,
    ],
    [
      'Error loading shared library liburing.so.2: No such file or directory (needed by x.node)',
      alpine,
      /needs liburing\.so\.2/,
    ],
    [
      'libc.musl-x86_64.so.1: cannot open shared object file: No such file or directory',
      debian,
      /compiled for musl/,
    ],
    [
      'libc.so: cannot open shared object file: No such file or directory',
      debian,
      /compiled for musl, as Alpine has it, and this system has glibc$/,
    ],
    ['/lib/x86_64-linux-gnu/libc.so: invalid ELF header', debian, /compiled for musl/],
    ['libc.so.6: cannot open shared object file', alpine, /compiled for glibc/],
    ['libzlibc.so: cannot open shared object file', debian, /needs libzlibc\.so/],
    [
      'Error loading shared library ld-linux-x86-64.so.2: No such file or directory',
      alpine,
      /compiled for glibc, .* musl.*\n.*node:22-slim/,
    ],
    ['Error relocating small.node: __memcpy_chk: symbol not found', alpine, /for glibc/],
    [
      'Error relocating /x/small.node: preadv2: symbol not found',
      alpine,
      /preadv2\(\), .* 1\.2\.5/,
    ],
    ['Module did not self-register', debian, /^$/],
  ];
  for (const [reason, machine, expected] of cases) {
    t.regex(meaningOf(reason, machine).join('\n'), expected, reason);
  }
});

test('a file that dlopen refuses says why and what that means', (t) => {
  const { descriptor, folder } = installed(t, {});
  const path = join(folder, 'dist/whole.node');
  mkdirSync(dirname(path), { recursive: true });
  // Node itself is of this machine and whole, and a program is no library.
  cpSync(process.execPath, path);
  const error = t.throws(() => loadAddon(descriptor, path));
  t.regex(error?.message ?? '', /whole\.node cannot be loaded: .*executable/);
});
