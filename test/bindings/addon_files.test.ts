/** Files that JavaScript reads and writes through a real addon, on each backend. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type {
  AppendableFile,
  ReadableFile,
  ReadWriteFile,
  WritableFile,
} from '../../templates/bindings/file.ts';
import type { OpenOptions, Program } from '../../templates/bindings/open.ts';
import { backends, type Built, build, ownFolder } from './built_program.ts';

type Fd = 'data' | 'log' | 'source' | 'out';

/** test/bindings/requests. */
interface Requests extends Program<'disk'> {
  readonly data: ReadWriteFile;
  readonly log: AppendableFile;
  readonly source: ReadableFile;
  readonly out: WritableFile;
}

interface RequestsModule {
  open(options?: OpenOptions<'disk', Fd>): Promise<Requests>;
}

let built: Built<RequestsModule>;
test.before('build', async (t) => {
  t.timeout(240_000);
  built = await build('test/bindings/requests/loom.config.ts', 'requests', 'files');
});

let folders = 0;
/** Paths in a folder of their own; the source holds `text`. */
function paths(text: string | Uint8Array = 'the source'): Record<Fd, string> {
  folders += 1;
  const folder = join(ownFolder, `files-${folders}`);
  mkdirSync(folder);
  const at = (name: string): string => join(folder, name);
  writeFileSync(at('source'), text);
  return { data: at('data'), log: at('log'), source: at('source'), out: at('out') };
}

for (const backend of backends) {
  test(`${backend}: reads what a file holds, and fewer bytes at its end`, async (t) => {
    const addresses = paths('0123456789');
    await using program = await built.module.open({ backend, addresses });
    t.is(String(Buffer.from(await program.source.read(0, 10))), '0123456789');
    t.is(String(Buffer.from(await program.source.read(7, 10))), '789');
    t.is((await program.source.read(10, 10)).length, 0);
    t.is((await program.source.read(1000, 10)).length, 0);
    t.is((await program.source.read(3, 0)).length, 0);
    t.is(await program.source.size(), 10);
  });

  test(`${backend}: writes at offsets and at the end`, async (t) => {
    const addresses = paths();
    await using program = await built.module.open({ backend, addresses });
    await program.data.write(4, 'grüße');
    await program.data.write(0, new Uint8Array([65, 66, 67, 68]));
    await program.data.sync();
    t.is(readFileSync(addresses.data, 'utf8'), 'ABCDgrüße');
    await program.data.truncate(4);
    t.is(await program.data.size(), 4);
    const lines = Array.from({ length: 20 }, (_, n) => `line ${n}\n`);
    await Promise.all(lines.map((line) => program.log.append(line)));
    await program.log.syncData();
    t.deepEqual(
      readFileSync(addresses.log, 'utf8').trim().split('\n').sort(),
      lines.map((line) => line.trim()).sort(),
    );
  });
}
