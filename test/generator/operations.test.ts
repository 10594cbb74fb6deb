/**
 * The table of system operations against what it speaks of: the installed liburing, the builders of
 * the runtime, the rows of the C++ test that runs them, and the document written from it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { capabilities, capabilityOf } from '../../schemas/backends.ts';
import {
  coverage,
  documentIsCurrent,
  newerOperations,
  supportOf,
  type SystemOperationName,
  systemOperations,
} from '../../schemas/operations.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const names = Object.keys(systemOperations) as SystemOperationName[];

/** Every `io_uring_prep_*` that liburing's header defines, without the prefix. */
function preparations(): string[] {
  const folders = execFileSync('pkg-config', ['--variable=includedir', 'liburing'], {
    encoding: 'utf8',
  });
  const header = join(folders.trim(), 'liburing.h');
  const text = readFileSync(header, 'utf8');
  // A definition or declaration begins its line; the names with two underscores are liburing's own.
  const found = text.matchAll(
    /^(?:static inline|IOURINGINLINE)\s[^;{}()]*?\bio_uring_prep_(\w+)\(/gm,
  );
  return [...found].map(([, name = '']) => name);
}

test('docs/OPERATIONS.md is what the table says', (t) => {
  t.true(documentIsCurrent(), 'run: npm run docs');
});

test('every io_uring_prep_* of the installed liburing has a row, and no row is without', (t) => {
  const prepared = new Set(preparations());
  t.true(prepared.size >= 70, `${prepared.size} found in liburing.h`);
  t.deepEqual(
    [...prepared].filter((name) => !(name in systemOperations)),
    [],
    'add a row to schemas/operations_*.ts, a builder and a test row',
  );
  const newer = new Set<string>(newerOperations);
  t.deepEqual(
    names.filter((name) => !prepared.has(name) && !newer.has(name)),
    [],
  );
});

test('every builder is where its row says', (t) => {
  for (const name of names) {
    const { builder, header } = systemOperations[name];
    const text = readFileSync(join(root, `templates/runtime/loom/system/${header}.hpp`), 'utf8');
    t.regex(text, new RegExp(`^inline Request ${builder}\\(`, 'm'), `${name}: ${builder}`);
  }
});

test('the rows of the C++ test build the same, the same way', (t) => {
  const text = ['operation_rows.hpp', 'operation_rows_newer.hpp']
    .map((file) => readFileSync(join(root, 'test/runtime', file), 'utf8'))
    .join('\n');
  const rows = text.split(/^ {4}LOOM_(?=(?:ROW|ROW_AND|NEWER)\()/m).slice(1);
  const tested = new Map<string, { way: string; text: string }>();
  for (const row of rows) {
    const [, name = '', way = ''] = /^\w+\(\s*(\w+),\s*(\w+),/.exec(row) ?? [];
    // An operation with two builders, fsync and fdatasync, has its own first.
    if (!tested.has(name)) tested.set(name, { way, text: row });
  }
  t.deepEqual([...tested.keys()].sort(), [...names].sort());
  for (const [name, { way, text: row }] of tested) {
    const { builder, epoll } = systemOperations[name as SystemOperationName];
    t.is(way, epoll.way, name);
    t.regex(row, new RegExp(`\\b${builder}\\(`), `${name} is not built by ${builder}`);
  }
});

test('the ways are those of the runtime', (t) => {
  const text = readFileSync(join(root, 'templates/runtime/loom/system/emulation.hpp'), 'utf8');
  const [, body = ''] = /enum class Emulation [^{]*\{([^}]*)\}/.exec(text) ?? [];
  const ways = [...body.matchAll(/^ {2}(\w+),/gm)].map(([, way = '']) => way);
  t.deepEqual(ways.sort(), Object.keys(coverage()).sort());
});

test('each cell answers for its backend', (t) => {
  for (const name of names) {
    t.regex(systemOperations[name].kernel, /^\d+\.\d+$/, name);
    t.is(supportOf('epoll', name), systemOperations[name].epoll);
    t.is(supportOf('kqueue', name), systemOperations[name].kqueue);
    t.not(supportOf('io_uring', name).way, 'refused', name);
  }
  t.is(supportOf('epoll', 'msg_ring').way, 'refused');
  t.is(supportOf('iocp', 'openat').way, 'pool');
  t.is(supportOf('iocp', 'openat_direct').way, 'refused');
  t.is(supportOf('iocp', 'accept').way, 'refused');
  t.deepEqual(
    Object.values(coverage()).reduce((sum, count) => sum + count),
    names.length,
  );
});

test('a capability of the completion contract is found by its backend and operation', (t) => {
  for (const each of capabilities)
    t.is(capabilityOf(each.backend, each.operation, each.platform), each);
});
