import { execSync } from 'node:child_process';
import { pbkdf2Sync, randomFillSync } from 'node:crypto';
import * as fs from 'node:fs';
import { gzipSync as pack } from 'node:zlib';
import { open } from './out/bindings/index.ts';
import { Journal } from './journal.ts';

const settings = fs.readFileSync('settings.json', 'utf8'); // before anything comes
await using program = await open();
const journal = new Journal();
program.tcp.on('close', () => { execSync('sync'); });
program.local.on('drain', onDrain);
program.top.onBatch((batch) => {
  for (const each of batch) journal.add(each);
});
for await (using batch of program.tcp) {
  for (const message of batch) pack(message.bytes);
  const key = pbkdf2Sync(settings, 'salt', 1e6, 32, 'sha256');
  randomFillSync(key);
}
process.on('exit', () => fs.writeFileSync('left', 'at the end'));

function onDrain() {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  fs.existsSync('x'); // loom: allow blocking — tmpfs, some microseconds
  // loom: allow blocking - only when it is told to
  fs.rmSync('x');
}
