/** The example of files as its README says: built, and copying files of several sizes. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { Example } from './example.ts';

const example = new Example(test, 'files', 'files');
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'loom-files-'));
const source = join(folder, 'source');
const target = join(folder, 'target');
test.after.always('no file is left', () => rmSync(folder, { recursive: true, force: true }));

/** Copies; gives what the program printed. */
function copy(backend: string, to: string, blockBytes = 4096) {
  const addresses = ['--address', `source=${source}`, '--address', `target=${to}`];
  return run(example.executable, ['--backend', backend, ...addresses], {
    env: { ...process.env, LOOM_BLOCK: String(blockBytes) },
    timeout: 60_000,
  });
}

for (const backend of ['io_uring', 'epoll']) {
  test.serial(`${backend}: the copy has the same bytes, and nothing is left`, async (t) => {
    for (const bytes of [0, 1, 4095, 4096, 10 * 1024 * 1024]) {
      writeFileSync(source, randomBytes(bytes));
      writeFileSync(target, 'what was there before');
      const { stdout, stderr } = await copy(backend, target, bytes === 4095 ? 100 : 4096);
      t.true(readFileSync(target).equals(readFileSync(source)), `${bytes} bytes`);
      t.true(stderr.includes(`copied ${bytes} bytes`), stderr);
      const { main } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
      t.is(main.in_flight, 0);
      t.is(main.fibers_live, 0);
      t.is(main.allocations_after_init, 0);
    }
  });

  test.serial(
    `${backend}: a full device and a missing folder are said, not survived`,
    async (t) => {
      writeFileSync(source, randomBytes(10_000));
      t.regex((await copy(backend, '/dev/full')).stderr, /files: system, errno 28/);
      const missing = join(folder, 'nowhere', 'target');
      const error = await t.throwsAsync(copy(backend, missing));
      t.regex((error as { stderr?: string }).stderr ?? '', /LOOM5040 .*Make its folder\./);
      t.false(existsSync(missing));
    },
  );
}
