/**
 * Files on Windows, under wine: what each request comes to, and the copy tool of examples/files,
 * whose fibers read and write two files by helper threads. Without MinGW and wine they are skipped
 * by name; so is the tool among all suites.
 */

import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { buildForWine, buildProgram, root } from '../conformance/build.ts';
import { Program } from '../conformance/program.ts';
import { heavy, missing, prepareWine, wine, wineEnvironment } from './wine.ts';

const each = 'iocp: each request of a file gives what it gives elsewhere';

if (missing === null) {
  test(each, async (t) => {
    t.timeout(240_000);
    const executable = await buildForWine(join(root, 'test/iocp/file_requests.cpp'), true);
    prepareWine();
    const folder = mkdtempSync(join(tmpdir(), 'loom-files-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const env = { ...process.env, ...wineEnvironment };
    const { status, stdout } = spawnSync(wine ?? '', [executable, folder], {
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    t.is(stdout, '');
    t.is(status, 0);
  });
} else {
  test.skip(`${each} (${missing})`, (t) => t.pass());
}

const title = 'iocp: fibers copy a file whole, over one that is longer';

if (heavy === null) {
  test(title, async (t) => {
    t.timeout(480_000);
    const executable = await buildProgram({
      name: '../../examples/files',
      flavour: 'checked',
      isOnIocp: true,
    });
    prepareWine();
    const folder = mkdtempSync(join(tmpdir(), 'loom-files-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const [source, target] = [join(folder, 'source'), join(folder, 'ziel-ü')];
    const bytes = randomBytes(300_001);
    writeFileSync(source, bytes);
    writeFileSync(target, Buffer.alloc(400_000, 'x'));
    const addresses = ['--address', `source=${source}`, '--address', `target=${target}`];
    const program = new Program(wine ?? '', [executable, ...addresses], wineEnvironment, 'SIGINT');
    const { exitCode, talk, counters } = await program.ended();
    t.is(exitCode, 0, talk.join('\n'));
    t.true(talk.includes('files: copied 300001 bytes'), talk.join('\n'));
    t.true(readFileSync(target).equals(bytes));
    t.is(counters.main?.backend, 4);

    const missing = ['--address', `source=${folder}/nowhere`, ...addresses.slice(2)];
    const refused = new Program(wine ?? '', [executable, ...missing], wineEnvironment, 'SIGINT');
    t.is((await refused.ended()).exitCode, 2);
  });
} else {
  test.skip(`${title} (${heavy})`, (t) => t.pass());
}
