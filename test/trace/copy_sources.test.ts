/** Which of the user's C++ a profiling build copies, and what it says of the rest. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { copySources } from '../../generator/trace/copy_sources.ts';
import { openCppTree } from '../../generator/trace/cpp_tree.ts';
import { everything } from '../../generator/trace/rules.ts';
import { sampleIr } from '../generator/ir_sample.ts';

const parser = await openCppTree();

/** Copies `feed.hpp` and what it includes; every file whose name has "wanted" shall have zones. */
function copied(t: ExecutionContext, files: Readonly<Record<string, string | Buffer>>) {
  const folder = mkdtempSync(join(tmpdir(), 'loom-copy-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const out = join(folder, 'out');
  mkdirSync(out);
  const ir = { ...sampleIr(), handlersHeader: '../feed.hpp' };
  const isTraced = (path: string): boolean => path.includes('wanted');
  const { files: copies, diagnostics } = copySources(parser, ir, {
    out,
    folder,
    isTraced,
    rules: everything,
  });
  return { copies: [...copies.keys()], diagnostics };
}

test('a source that is no UTF-8 stays where it is, and is named if it should have zones', (t) => {
  const latin = Buffer.from('// caf\xe9\n', 'latin1');
  const { copies, diagnostics } = copied(t, {
    'feed.hpp': '#include "wanted.hpp"\n#include "other.hpp"\nint f() { return 1; }\n',
    'wanted.hpp': latin,
    'other.hpp': latin,
  });
  t.deepEqual(copies, ['traced/feed.hpp']);
  t.is(diagnostics.length, 1);
  t.is(diagnostics[0]?.code, 'LOOM7010');
  t.true(diagnostics[0]?.place?.file.endsWith('wanted.hpp'));
  t.true(diagnostics[0]?.message.includes('no UTF-8'));
});

test('files beyond those that are copied are counted', (t) => {
  // The last is copied first.
  const names = Array.from({ length: 4098 }, (_each, index) => {
    return index < 3 ? `wanted${index}.hpp` : `other${index}.hpp`;
  });
  const files = Object.fromEntries(names.map((name) => [name, '']));
  const text = names.map((name) => `#include "${name}"\n`).join('');
  const { copies, diagnostics } = copied(t, { ...files, 'feed.hpp': text });
  t.is(copies.length, 4096);
  t.is(diagnostics.length, 1);
  t.true(diagnostics[0]?.message.includes('it and 2 others come after the 4096 files'));
});
