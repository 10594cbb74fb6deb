/**
 * A build without `--trace` is that of a generator without tracing: nothing of it is emitted,
 * whatever the config says of it. And the places of the runtime that a profiling build adds to are
 * there, each once.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { build } from '../../generator/commands/build.ts';
import { applyPoint } from '../../generator/trace/points.ts';
import { tracePoints } from '../../schemas/trace_points.ts';
import { filesBelow, project, repository } from '../generator/workspace.ts';

const words = /tracy|loom_zone|loom::trace|loom_trace|\btrace[A-Z_]|traced/i;

test('nothing of tracing is in the emitted files of an example', async (t) => {
  for (const name of readdirSync(join(repository, 'generated'))) {
    for (const [path, text] of filesBelow(join(repository, 'generated', name))) {
      if (/^(?:build|dist)\//.test(path)) continue;
      t.is(words.exec(`${path}\n${text}`)?.[0], undefined, `${name}/${path}`);
    }
  }
  t.true(existsSync(join(repository, 'templates/trace/loom/trace.hpp')));
});

test('a config that says how it is traced gives the bytes of one that does not', async (t) => {
  const plain = project(t);
  const told = project(t, '.', "trace: { include: ['Small::*'], frameMark: true },");
  for (const directory of [plain, told]) {
    t.deepEqual((await build({ directory, compile: false })).diagnostics, []);
  }
  t.deepEqual(filesBelow(join(told, 'out')), filesBelow(join(plain, 'out')));
});

test('a profiling build has a folder of its own and leaves the others alone', async (t) => {
  const directory = project(t);
  t.is((await build({ directory, compile: false })).exitCode, 0);
  const before = filesBelow(directory);
  const traced = await build({ directory, compile: false, trace: true });
  t.is(traced.out, join(directory, 'out-trace'));
  const after = filesBelow(directory);
  for (const [path, text] of before) t.is(after.get(path), text, path);
  const copy = after.get('out-trace/traced/small.hpp') ?? '';
  t.regex(copy, /^#include "loom\/trace\.hpp"\n#line 1 ".*\/small\.hpp"\n#pragma once\n/);
  t.regex(copy, /void on_data\(.*\) \{ LOOM_ZONE\("Small::on_data", 0x000000\);\n/);
  t.regex(after.get('out-trace/src/main.hpp') ?? '', /loom_zone\(::small::trace::main_place/);
  t.regex(after.get('out-trace/CMakeLists.txt') ?? '', /^loom_trace\(small\)$/m);
  t.deepEqual(
    (await build({ directory, compile: false, trace: true, check: true })).status,
    'ok',
    'twice is once',
  );
});

for (const point of tracePoints) {
  const short = point.at.trim().slice(0, 60);
  test(`${point.file} has the place of '${point.what}' once: ${short}`, (t) => {
    const path = join(repository, 'templates/runtime/loom', point.file);
    const text = readFileSync(path, 'utf8');
    const changed = applyPoint(text, point);
    t.is(changed.split('\n').length, text.split('\n').length);
    t.false(point.text.includes('\n'));
    t.throws(() => applyPoint(text.replace(point.at, ''), point), { message: /exactly once/ });
    t.throws(() => applyPoint(`${text}${point.at}`, point), { message: /exactly once/ });
  });
}
