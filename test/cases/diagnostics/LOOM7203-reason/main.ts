import { statSync } from 'node:fs';

export async function reads(source: AsyncIterable<string>) {
  for await (const path of source) {
    statSync(path); // loom: allow blocking
    statSync(path); /* loom: allow blocking - */
    statSync(path); /* loom: allow blocking: it is there */
  }
}
