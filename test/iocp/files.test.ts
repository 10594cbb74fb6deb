/**
 * The copy tool of examples/files on IOCP, under wine: fibers that read and write two files, which
 * helper threads carry out. Without MinGW and wine it is skipped by name; so it is among all
 * suites.
 */

import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { buildProgram } from '../conformance/build.ts';
import { Program } from '../conformance/program.ts';
import { heavy, prepareWine, wine, wineEnvironment } from './wine.ts';

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
