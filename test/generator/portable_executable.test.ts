/** What is read of addons and executables of Windows, from files made here by hand. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { targets } from '../../schemas/targets.ts';
import { checkAddon, executableMistake, nodeOf } from '../../generator/check_addon.ts';
import { thisSystem } from '../../generator/doctor/system.ts';
import { readPortableExecutable } from '../../generator/portable_executable.ts';
import { emptyFolder } from './workspace.ts';

const entries = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** Where a made file's one section is: in the file, and in memory. */
const offset = 0x200;
const address = 0x1000;

/** What a made file says of itself. */
interface Made {
  machine?: number;
  isLibrary?: boolean;
  exports?: readonly string[];
  needed?: readonly string[];
  symbols?: number;
  linkedAt?: number;
}

/** Puts 32-bit words into a buffer from `at` on. */
function put(bytes: Buffer, at: number, ...values: number[]): void {
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, at + 4 * index);
}

/** The section: a table of exports at 0, one of imports at 0x100, names from 0x300 on. */
function sectionOf(exports: readonly string[], needed: readonly string[]): Buffer {
  const section = Buffer.alloc(0x800);
  let free = 0x300;
  const name = (text: string): number => {
    const at = free;
    free += section.write(`${text}\0`, at, 'latin1');
    return address + at;
  };
  put(section, 24, exports.length, 0, address + 40);
  for (const [index, each] of exports.entries()) put(section, 40 + 4 * index, name(each));
  for (const [index, each] of needed.entries()) put(section, 0x10c + 20 * index, name(each));
  return section;
}

/** A library of Windows for x64, but for what is said. */
function portableFile(made: Made): Buffer {
  const { machine = 0x8664, isLibrary = true, symbols = 0, linkedAt = 0 } = made;
  const head = Buffer.alloc(offset);
  head.write('MZ');
  put(head, 60, 64);
  head.write('PE', 64);
  put(head, 68, machine | (1 << 16), linkedAt, symbols, 0);
  head.writeUInt16LE(240, 84);
  head.writeUInt16LE(isLibrary ? 0x2022 : 0x22, 86);
  head.writeUInt16LE(0x20b, 88);
  put(head, 88 + 112, address, 40, address + 0x100, 60);
  put(head, 88 + 240 + 8, 0x800, address, 0x800, offset);
  const { exports = entries, needed = ['KERNEL32.dll', 'WS2_32.dll'] } = made;
  return Buffer.concat([head, sectionOf(exports, needed)]);
}

const target = targets.find(({ name }) => name === 'win32-x64');
if (target === undefined) throw new Error('no target win32-x64');

/** Writes a made file; gives its path. */
function written(t: ExecutionContext, bytes: Buffer): string {
  const path = join(emptyFolder(t), 'small.node');
  writeFileSync(path, bytes);
  return path;
}

/** What is wrong with an addon. */
function mistakeOf(t: ExecutionContext, made: Made): string {
  const verdict = checkAddon(written(t, portableFile(made)), target as never, null);
  return 'mistake' in verdict ? verdict.mistake : '';
}

test('an addon of Windows exports the entry points, and needs what Windows brings', (t) => {
  const verdict = checkAddon(written(t, portableFile({})), target, null);
  if ('mistake' in verdict) return t.fail(verdict.mistake);
  t.deepEqual(verdict.facts.needed, ['KERNEL32.dll', 'WS2_32.dll']);
  t.is(verdict.facts.minimumSystem, 'Windows 10');
  t.is(mistakeOf(t, { machine: 0xaa64 }), 'it is for machine 0xaa64 of PE');
  t.is(mistakeOf(t, { isLibrary: false }), 'it is no library');
  t.regex(mistakeOf(t, { exports: [] }), /^it does not export napi_register_module_v1/);
  t.regex(mistakeOf(t, { exports: [...entries, 'leaked'] }), /^it exports leaked/);
  t.is(mistakeOf(t, { symbols: 0x1000 }), 'it is not stripped');
  t.is(mistakeOf(t, { linkedAt: 1_700_000_000 }), 'it says when it was linked');
  for (const name of ['libstdc++-6.dll', 'libwinpthread-1.dll', 'node.exe']) {
    t.is(mistakeOf(t, { needed: [name] }), `it needs ${name}, which Windows does not bring`);
  }
});

test('a file of Windows that is cut short or none at all is said to be', (t) => {
  const whole = portableFile({});
  t.not(readPortableExecutable(whole), null);
  for (const bytes of [0, 2, 63, 70, 100, 300, whole.length - 1]) {
    t.is(readPortableExecutable(whole.subarray(0, bytes)), null, `${bytes} bytes`);
  }
  const elsewhere = Buffer.from(whole);
  put(elsewhere, 88 + 112, 0x9000_0000);
  t.is(readPortableExecutable(elsewhere), null);
});

test('an executable of Windows is no library', (t) => {
  t.is(executableMistake(written(t, portableFile({ isLibrary: false })), target), null);
  t.is(executableMistake(written(t, portableFile({})), target), 'it is a library');
  t.regex(executableMistake(written(t, Buffer.alloc(0)), target) ?? '', /no whole 64-bit PE/);
});

test('wine starts a Node of Windows, in PATH or where its package has it', (t) => {
  const environment = { LOOM_NODE_WIN32_X64: '/opt/node.exe' };
  const words = (find: (name: string) => string | undefined, status: number) =>
    nodeOf(
      target,
      {
        ...thisSystem(environment),
        ...{ platform: 'linux', find, run: () => ({ status, stdout: '', stderr: '' }) },
      },
      false,
    );
  const inPath = words((name) => (name === 'wine64' ? '/usr/bin/wine64' : undefined), 1);
  t.deepEqual(inPath.slice(-2), ['/usr/bin/wine64', '/opt/node.exe']);
  t.deepEqual(words(() => undefined, 0).slice(-2), ['/usr/lib/wine/wine64', '/opt/node.exe']);
  t.regex(words(() => undefined, 1) as string, /^wine64 is missing; type: sudo apt-get/);
});
