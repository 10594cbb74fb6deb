/** What is read of addons and executables of Darwin and FreeBSD, from files made here by hand. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { targets } from '../../schemas/targets.ts';
import { checkAddon, executableMistake } from '../../generator/check_addon.ts';
import { readMachFile } from '../../generator/mach_o.ts';
import { emptyFolder } from './workspace.ts';

const entries = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** A symbol's type: of a section, and whether others see it. */
const external = 0x0f;
const local = 0x0e;
const undefinedType = 0x01;
const debug = 0x64;

/** What a made file says of itself. */
interface Made {
  processor?: number;
  kind?: number;
  symbols?: readonly (readonly [string, number])[];
  isSigned?: boolean;
}

/** Words of four bytes. */
const words = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
};

/** A Mach-O file of an arm64 library, but for what is said. */
function machFile({ processor = 0x0100000c, kind = 6, symbols, isSigned = true }: Made): Buffer {
  const all = symbols ?? [
    ...entries.map((name) => [name, external] as const),
    ['napi_create_object', undefinedType] as const,
  ];
  const names = Buffer.from(`\0${all.map(([name]) => `_${name}\0`).join('')}`);
  const name = Buffer.alloc(32);
  name.write('/usr/lib/libSystem.B.dylib');
  const commands = [
    words(0x32, 24, 1, (13 << 16) | (2 << 8), 0, 0),
    Buffer.concat([words(0xc, 56, 24, 0, 0, 0), name]),
    ...(isSigned ? [words(0x1d, 16, 0, 0)] : []),
  ];
  const size = commands.reduce((bytes, each) => bytes + each.length, 24);
  const table = 32 + size;
  const entriesOf = all.map(([each, type]) => {
    const entry = Buffer.alloc(16);
    entry.writeUInt32LE(names.indexOf(`_${each}\0`), 0);
    entry.writeUInt8(type, 4);
    return entry;
  });
  const strings = table + 16 * all.length;
  const head = words(0xfeedfacf, processor, 0, kind, commands.length + 1, size, 0, 0);
  const symbolCommand = words(0x2, 24, table, all.length, strings, names.length);
  return Buffer.concat([head, ...commands, symbolCommand, ...entriesOf, names]);
}

/** A target by its name. */
function targetOf(name: string) {
  const found = targets.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no target ${name}`);
  return found;
}

/** Writes a file; gives its path. */
function written(t: ExecutionContext, bytes: Buffer): string {
  const path = join(emptyFolder(t), 'small.node');
  writeFileSync(path, bytes);
  return path;
}

/** What is wrong with an addon. */
function mistake(t: ExecutionContext, made: Made, target = 'darwin-arm64'): string {
  const verdict = checkAddon(written(t, machFile(made)), targetOf(target), null);
  return 'mistake' in verdict ? verdict.mistake : '';
}

test('a library of Darwin says what it is for, what it exports and what it needs', (t) => {
  const file = readMachFile(machFile({}));
  t.deepEqual(file, {
    ...{ processor: 0x0100000c, kind: 6, exports: entries, minimumSystem: '13.2' },
    ...{ needed: ['/usr/lib/libSystem.B.dylib'], isStripped: true, isSigned: true },
  });
  const path = written(t, machFile({}));
  const verdict = checkAddon(path, targetOf('darwin-arm64'), null);
  t.true('facts' in verdict && verdict.facts.minimumSystem === 'macOS 13.2');
  t.is(readMachFile(machFile({}).subarray(0, 60)), null);
  t.is(readMachFile(Buffer.from('text')), null);
});

test('what is no addon of its target is refused', (t) => {
  t.is(mistake(t, {}), '');
  t.regex(mistake(t, {}, 'darwin-x64'), /^it is for processor 16777228 of Mach-O$/);
  t.is(mistake(t, { kind: 2 }), 'it is no library (Mach-O type 2)');
  t.is(mistake(t, { isSigned: false }), 'it is not signed');
  const symbols = entries.map((name) => [name, external] as const);
  t.regex(mistake(t, { symbols: symbols.slice(1) }), /does not export napi_register_module_v1/);
  t.regex(mistake(t, { symbols: [...symbols, ['_Znwm', external]] }), /it exports _Znwm, which/);
  const others = [
    ['helper', local],
    ['__dso_handle', external],
  ] as const;
  t.is(mistake(t, { symbols: [...symbols, ...others] }), '');
  t.is(mistake(t, { symbols: [...symbols, ['helper.cpp', debug]] }), 'it is not stripped');
  t.is(mistake(t, {}, 'freebsd-x64'), 'it is no whole 64-bit ELF file');
});

test('an executable is one, of its processor', (t) => {
  const wrong = (made: Made, target: string) =>
    executableMistake(written(t, machFile(made)), targetOf(target));
  t.is(wrong({ kind: 2 }, 'darwin-arm64'), null);
  t.regex(wrong({ kind: 2 }, 'darwin-x64') ?? '', /processor 16777228/);
  t.is(wrong({ kind: 6 }, 'darwin-arm64'), 'it is no whole 64-bit executable of Mach-O');
  t.is(wrong({}, 'freebsd-x64'), 'it is no whole 64-bit ELF file');
  const linux = executableMistake(process.execPath, targetOf('freebsd-x64'));
  t.regex(linux ?? '', /^its loader is not|^it is for ELF machine/);
});
