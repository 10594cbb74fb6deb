/**
 * Reads WebSocket messages with the package `ws`, and one word of each. Arguments: the folder in
 * which it is installed, the address as tcp:IP:PORT, and the times of a Meter.
 */

import { writeSync } from 'node:fs';
import { Meter } from './meter.ts';
import { connectWs } from './ws_package.ts';

/** Messages between two looks at the clock. */
const portion = 64;

const [folder = '', address = '', ...times] = process.argv.slice(2);
const meter = new Meter(times);
const socket = connectWs(folder, address.replace('tcp:', 'ws://'));
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
