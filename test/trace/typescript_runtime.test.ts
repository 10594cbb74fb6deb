/**
 * The zones of TypeScript at run time: what is open when an addon comes, when the stack overflows,
 * and where a copy says that an error is.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { everything } from '../../generator/trace/rules.ts';
import { copyTypeScript } from '../../generator/trace/typescript_copies.ts';
import {
  connectTrace,
  registerZones,
  zoneBegin,
  zoneEnd,
  zoneOpen,
} from '../../templates/trace/bindings/trace.ts';

const told: unknown[] = [];
const addon = {
  traceZone: (name: string, file: string, line: number, colour: number) =>
    told.push(`${name} ${file}:${line} ${colour}`) + 99,
  // Without a frame of their own, as native functions: the call fails as a whole or not at all.
  traceBegin: told.push.bind(told, '+') as (zone: number) => void,
  traceEnd: told.push.bind(told, '-') as () => void,
};

/** What is told of a zone that is opened and closed. */
const opened = (zone: number): unknown[] => ['+', zone, '-'];

test.serial('zones from before the addon came are made known, and those open not closed', (t) => {
  const first = registerZones('a.ts', [
    ['f', 1, 0],
    ['g', 2, 3],
  ]);
  const outer = zoneBegin(first);
  const waiting = zoneOpen(first + 1);
  connectTrace({ name: 'an addon without tracing' });
  connectTrace(addon);
  connectTrace({ ...addon, traceBegin: () => t.fail('the second addon') });
  t.deepEqual(told.splice(0), ['f a.ts:1 0', 'g a.ts:2 3']);
  const inner = zoneBegin(first + 1);
  zoneEnd(inner);
  waiting.pause();
  t.deepEqual(told.splice(0), opened(101));
  waiting.resume();
  waiting.resume();
  waiting.pause();
  waiting.pause();
  zoneEnd(outer);
  t.deepEqual(told.splice(0), opened(101));
  t.is(registerZones('b.ts', [['h', 3, 0]]), first + 2);
  t.deepEqual(told.splice(0), ['h b.ts:3 0']);
});

test.serial('what an overflow of the stack left open is closed by the zone around it', (t) => {
  const [zone] = [registerZones('c.ts', [['deep', 1, 0]])];
  told.length = 0;
  const deep = (): number => {
    const before = zoneBegin(zone);
    try {
      return deep() + 1;
    } finally {
      zoneEnd(before);
    }
  };
  const outer = zoneBegin(zone);
  t.throws(deep, { instanceOf: RangeError });
  zoneEnd(outer);
  const begun = told.filter((each) => each === '+').length;
  t.true(begun > 100);
  t.is(told.filter((each) => each === '-').length, begun);
});

const run = promisify(execFile);
const tsx = fileURLToPath(import.meta.resolve('tsx'));

const even = `import { odd } from './odd.mts';
export const first = odd(3);
export function even(n: number): boolean { return n === 0 || odd(n - 1); }
`;
const odd = `import { even, first } from './even.mts';
export function odd(n: number): boolean { return n !== 0 && even(n - 1); }
console.log(odd(4), first);
async function fails(n: number) {
  await null;
  throw new Error(String(n));
}
await fails(1).catch((error) => console.log(error.stack));
`;

test('a copy runs from the output folder, and its errors are in the original', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'loom-copies-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const sources = new Map([
    [join(folder, 'even.mts'), even],
    [join(folder, 'odd.mts'), odd],
  ]);
  const out = { plainOut: join(folder, 'out'), traceOut: folder };
  const { files } = copyTypeScript({ sources, folder, ...out, rules: everything });
  const runtime = new URL('../../templates/trace/bindings/trace.ts', import.meta.url).href;
  write('bindings/loom/trace.ts', `export * from '${runtime}';\n`);
  write('package.json', '{"type":"module"}');
  for (const [path, text] of files) write(path, text);
  const copy = join(folder, 'typescript/odd.mts');
  const { stdout } = await run(process.execPath, ['--import', tsx, copy]);
  const lines = stdout.split('\n');
  // The two import each other: even.mts runs first, and calls what is hoisted in odd.mts.
  t.is(lines[0], 'false true');
  t.is(lines[1], 'Error: 1');
  t.regex(lines[2] ?? '', /at fails \(.*\/odd\.mts:6:9\)/);
  t.false((lines[2] ?? '').includes('typescript/'), lines[2]);
});
