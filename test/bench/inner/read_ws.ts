/**
 * Reads WebSocket messages with the package `ws`, and one word of each. Arguments: the folder in
 * which it is installed, the address as tcp:IP:PORT, and the times of a Meter.
 */

import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Meter } from './meter.ts';

/** What is used of the package, whose types are not installed. */
interface WebSocketOfWs {
  on(event: 'message', listener: (data: Buffer) => void): void;
}

/** Messages between two looks at the clock. */
const portion = 64;

const [folder = '', address = '', ...times] = process.argv.slice(2);
const { WebSocket } = createRequire(join(folder, 'here.js'))('ws') as {
  WebSocket: new (url: string, options: { perMessageDeflate: boolean }) => WebSocketOfWs;
};
const meter = new Meter(times);
const socket = new WebSocket(address.replace('tcp:', 'ws://'), { perMessageDeflate: false });
let read = 0;
socket.on('message', (data) => {
  if (data.readUInt32LE(0) !== 0) read += 1;
  if (read < portion) return;
  const result = meter.add(read);
  read = 0;
  if (result === undefined) return;
  // At once: more messages are on their way.
  writeSync(1, `${JSON.stringify(result)}\n`);
  process.exit();
});
