/**
 * Reads the feed with the package `ws`. Arguments: the folder in which it is installed, the address
 * as tcp:IP:PORT, and the times of a FeedMeter.
 */

import { writeSync } from 'node:fs';
import { connectWs } from '../ws_package.ts';
import { FeedMeter } from './feed_meter.ts';

/** Messages between two looks at the clock. */
const portion = 64;

const [folder = '', address = '', ...times] = process.argv.slice(2);
const meter = new FeedMeter(times);
const socket = connectWs(folder, address.replace('tcp:', 'ws://'));
let read = 0;
socket.on('message', (data) => {
  meter.take(data.readUInt32LE(8), data.readUInt32LE(0), data.readUInt32LE(4));
  read += 1;
  if (read < portion) return;
  read = 0;
  const result = meter.look();
  if (result === undefined) return;
  // At once: more messages are on their way.
  writeSync(1, `${JSON.stringify(result)}\n`);
  process.exit();
});
