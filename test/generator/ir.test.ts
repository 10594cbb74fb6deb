/** The IR as input: the round trip, and that no file can say what a config could not. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { check } from '../../generator/check.ts';
import { rebaseIr } from '../../generator/check_files.ts';
import { checkIr } from '../../generator/check_ir.ts';
import { load } from '../../generator/load.ts';
import { lower } from '../../generator/lower.ts';
import type { Ir } from '../../schemas/ir.ts';
import { arbitraryConfig } from './arbitrary_config.ts';
import { sampleIr } from './ir_sample.ts';

function lowered(value: unknown, outToConfig = '../config'): Ir {
  const { config, diagnostics } = check(value);
  if (config === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return lower(config, { outToConfig });
}

const echo = {
  name: 'echo',
  reactors: { main: {} },
  fds: {
    tcp: { kind: 'tcpServer', address: '127.0.0.1:7001', on: 'main', handler: 'Echo' },
    local: { kind: 'unixServer', address: '/tmp/echo.sock', on: 'main' },
  },
  handlers: './echo.hpp',
};

test('lower, write, load gives the same', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'loomgen-ir-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const ir = { ...lowered(echo), config: '../config/loom.config.ts' };
  const file = join(folder, 'loom.ir.json');
  writeFileSync(file, JSON.stringify(ir, null, 2));
  const loaded = await load(file);
  t.is(loaded.kind, 'ir');
  t.deepEqual(loaded.value, ir);
  t.deepEqual(loaded.dependencies, [file]);
});

test('every config comes back from its IR unchanged', (t) => {
  fc.assert(
    fc.property(arbitraryConfig, (value) => {
      const ir = lowered(value);
      const { ir: again, diagnostics } = checkIr(JSON.parse(JSON.stringify(ir)));
      t.deepEqual(diagnostics, []);
      t.deepEqual(again, ir);
    }),
    { numRuns: 60 },
  );
});

type Plain = Record<string, unknown>;

/** Every place of a value that is not an object, with a function that replaces it. */
function leaves(value: unknown): { path: string; set: (next: unknown) => void; value: unknown }[] {
  const found: { path: string; set: (next: unknown) => void; value: unknown }[] = [];
  const walk = (owner: Plain, path: string): void => {
    for (const [key, item] of Object.entries(owner)) {
      const at = `${path}.${key}`;
      if (typeof item === 'object' && item !== null) walk(item as Plain, at);
      else
        found.push({ path: at, value: item, set: (next) => Object.assign(owner, { [key]: next }) });
    }
  };
  walk(value as Plain, '');
  return found;
}

test('no number of an IR can be changed by itself to one that does not fit', (t) => {
  const free = /connectTimeout|initialN|maximumN|Batch|core$|writeQueueBytes|Milli|Micro|Seconds/;
  const freeOption = /receive\.bytes|Buffer|backlog|mode$|keepAlive|noDelay|reuse|ipv6|quick|spin/;
  const total = leaves(lowered(echo)).length;
  let changed = 0;
  for (let at = 0; at < total; at += 1) {
    const ir = structuredClone(lowered(echo));
    const leaf = leaves(ir)[at];
    if (leaf === undefined || typeof leaf.value !== 'number') continue;
    if (free.test(leaf.path) || freeOption.test(leaf.path)) continue;
    leaf.set(leaf.value + 1);
    const { ir: accepted } = checkIr(ir);
    t.is(accepted, undefined, `${leaf.path}: ${leaf.value} + 1 was accepted`);
    changed += 1;
  }
  t.true(changed >= 30, `${changed}`);
});

test('no string of an IR can hold anything but what a config could say', (t) => {
  const nasty = [
    '"',
    '\\',
    '\n',
    '"; system("id"); //',
    '*/',
    '${x}',
    '$(id)',
    'a;b',
    '\u202e',
    '',
  ];
  const total = leaves(lowered(echo)).length;
  let tried = 0;
  for (let at = 0; at < total; at += 1) {
    for (const text of nasty) {
      const ir = structuredClone({ ...lowered(echo), config: 'x.ts' });
      const leaf = leaves(ir)[at];
      if (leaf === undefined || typeof leaf.value !== 'string') continue;
      for (const next of [text, `${leaf.value}${text}`]) {
        if (next === leaf.value) continue;
        leaf.set(next);
        t.is(checkIr(ir).ir, undefined, `${leaf.path}: ${JSON.stringify(next)} was accepted`);
        tried += 1;
      }
    }
  }
  t.true(tried > 200);
});

test('unknown keys and absolute paths are refused everywhere', (t) => {
  const withKey = structuredClone(lowered(echo)) as unknown as { reactors: { fds: Plain[] }[] };
  Object.assign(withKey.reactors[0]?.fds[0] ?? {}, { extra: 1 });
  t.is(checkIr(withKey).ir, undefined);
  t.is(checkIr({ ...lowered(echo), handlersHeader: '/etc/passwd' }).ir, undefined);
  t.is(checkIr({ ...lowered(echo), config: '/srv/x/loom.config.ts' }).ir, undefined);
  t.truthy(checkIr({ ...lowered(echo), config: '../x/loom.config.ts' }).ir);
});

test('an IR moves to another folder with its paths', (t) => {
  const ir = lowered({ ...echo, native: { sources: ['a.cpp'], includeDirectories: ['inc'] } });
  const moved = rebaseIr(ir, '../old');
  t.is(moved.handlersHeader, '../config/echo.hpp');
  t.deepEqual(moved.native.sources, ['../config/a.cpp']);
  t.deepEqual(rebaseIr(ir, '.'), ir);
});

test('structs of a file that go in a circle or multiply are refused, and soon', (t) => {
  const inner = (name: string) => ({ name: 'inner', type: { kind: 'struct' as const, name } });
  const place = { offset: 0, bytes: 1 };
  const names = [...'ABCDEFGHIJ'].map((letter) => `${letter}Nested`);
  for (const next of [() => 'ANested', (at: number) => names[at + 1] ?? 'Level']) {
    const ir = sampleIr();
    const structs = names.map((name, at) => ({
      ...{ name, bytes: 8, alignment: 8 },
      fields: Array.from({ length: 64 }, (_, n) => ({
        ...inner(next(at)),
        ...place,
        name: `f${n}`,
      })),
    }));
    ir.structs = [...(ir.structs ?? []), ...structs];
    Object.assign(ir.messages[0]?.fields[0] ?? {}, inner('ANested'));
    const { ir: accepted, diagnostics } = checkIr(ir);
    t.is(accepted, undefined);
    // Where it is cut off it has no fields, and so is another type of the same name.
    const codes = new Set(diagnostics.map(({ code }) => code));
    t.true(codes.has('LOOM1211') || codes.has('LOOM1306'), [...codes].join());
  }
});
