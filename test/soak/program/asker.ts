/**
 * The asking process of the long run of requests: reads the same bytes of a file again and again,
 * some requests at a time, and looks at its memory now and then. Arguments: the emitted module, the
 * backend, a folder for its files, and how many requests. Its parent is told the samples.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RequestsModule } from '../../bindings/requests_program.ts';
import type { Sample } from '../flatness.ts';

/** Requests in flight at once: fewer than the program has room for. */
const depth = 16;
const readBytes = 64;
/** Samples of a run, whatever its length. */
const samplesWanted = 40;

const [module = '', backend, folder = '', count = '0'] = process.argv.slice(2);
const { open } = (await import(module)) as RequestsModule;
const at = (name: string): string => join(folder, name);
writeFileSync(at('source'), 'x'.repeat(readBytes));
await using program = await open({
  backend: backend as 'io_uring' | 'epoll',
  addresses: { data: at('data'), log: at('log'), source: at('source'), out: at('out') },
});
let left = Number(count);

/** One of `depth` that ask at once, until `until` are left. */
async function ask(until: number, target: Uint8Array): Promise<void> {
  while (left > until) {
    left -= 1;
    const bytes = await program.source.readInto(0, target);
    if (bytes !== readBytes) throw new Error(`${bytes} bytes were read`);
  }
}

const targets = Array.from({ length: depth }, () => new Uint8Array(readBytes));
for (let n = 1; n <= samplesWanted; n += 1) {
  const until = Number(count) - Math.floor((Number(count) * n) / samplesWanted);
  await Promise.all(targets.map((target) => ask(until, target)));
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const sample: Sample = { messages: Number(count) - left, heapUsed, external, rss };
  process.send?.(sample);
}
