// Node's own sockets (`net`), behind the contract of contract.hpp: MODE ADDRESS on the command
// line, a line of JSON at SIGTERM. Echo is what `socket.pipe(socket)` does, with its bytes counted;
// the sink finds the messages in the chunks that it is given and copies only what is cut.

import { unlinkSync } from 'node:fs';
import { createServer } from 'node:net';

const prefixBytes = 2;
const stampBytes = 8;

/** Numbers up to 2^53 ns are exact: 104 days of a clock that starts with the machine. */
const high = 2 ** 32;

const nothing = Buffer.alloc(0);

const tally = { total: 0, bytes: 0, chunks: 0, bad: 0, first: 0, last: 0 };

/** Delays in ns by 64 buckets for each power of two, as a percentile is found in contract.hpp. */
const delays = { buckets: new Float64Array(64 * 48), count: 0, longest: 0 };

/** CLOCK_MONOTONIC in ns. */
function now() {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e9 + nanoseconds;
}

function recordDelay(nanoseconds) {
  const power = nanoseconds < 64 ? 0 : Math.floor(Math.log2(nanoseconds)) - 5;
  const bucket = power * 64 + Math.min(63, Math.floor(nanoseconds / 2 ** power));
  delays.buckets[Math.min(bucket, delays.buckets.length - 1)] += 1;
  delays.count += 1;
  delays.longest = Math.max(delays.longest, nanoseconds);
}

function percentile(fraction) {
  const rank = Math.ceil(delays.count * fraction);
  let seen = 0;
  for (const [bucket, count] of delays.buckets.entries()) {
    seen += count;
    const end = ((bucket % 64) + 1) * 2 ** Math.floor(bucket / 64) - 1;
    if (seen >= rank && seen > 0) return Math.min(end, delays.longest);
  }
  return 0;
}

/** Counts the message whose body begins at `start`. */
function countMessage(bytes, start, size) {
  tally.total += 1;
  if (size < stampBytes) {
    tally.bad += 1;
    return;
  }
  const stamp = bytes.readUInt32LE(start + 4) * high + bytes.readUInt32LE(start);
  if (stamp === 0) return;
  const delay = now() - stamp;
  if (delay < 0) tally.bad += 1;
  else recordDelay(delay);
}

/** Finds messages in the chunks of one connection. */
function createReader() {
  let kept = nothing;
  return (chunk) => {
    const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    const before = tally.total;
    let offset = 0;
    while (bytes.length - offset >= prefixBytes) {
      const size = bytes.readUInt16BE(offset);
      if (bytes.length - offset - prefixBytes < size) break;
      countMessage(bytes, offset + prefixBytes, size);
      offset += prefixBytes + size;
    }
    // A copy, or a few bytes would keep the whole chunk.
    kept = offset === bytes.length ? nothing : Buffer.from(bytes.subarray(offset));
    if (tally.total === before) return;
    tally.last = now();
    if (before === 0) tally.first = tally.last;
  };
}

function echo(socket) {
  socket.on('data', (chunk) => {
    tally.bytes += chunk.length;
    tally.chunks += 1;
    if (!socket.write(chunk)) socket.pause();
  });
  socket.on('drain', () => socket.resume());
}

function sink(socket) {
  const read = createReader();
  socket.on('data', (chunk) => {
    tally.bytes += chunk.length;
    tally.chunks += 1;
    read(chunk);
  });
}

function printTally() {
  const { total, bytes, chunks, bad, first, last } = tally;
  const [p50, p90, p99, p999] = [0.5, 0.9, 0.99, 0.999].map(percentile);
  const times = { p50, p90, p99, p999, max: delays.longest };
  const line = { total, measured: delays.count, span_ns: last - first, ...times };
  process.stdout.write(`${JSON.stringify({ ...line, bytes, chunks, bad })}\n`, () => {
    process.exit(0);
  });
}

const [mode, address = ''] = process.argv.slice(2);
const [, host, port, path] = /^(?:tcp:(.+):(\d+)|unix:(.+))$/.exec(address) ?? [];
const serve = { echo, sink }[mode];
if (serve === undefined || (host === undefined && path === undefined)) {
  process.stderr.write('usage: node node_net.mjs echo|sink tcp:IP:PORT|unix:PATH\n');
  process.exit(2);
}
const server = createServer({ noDelay: true }, (socket) => {
  // A client that breaks off ends its own connection and nothing else.
  socket.on('error', () => socket.destroy());
  serve(socket);
});
process.on('SIGTERM', printTally);
try {
  if (path !== undefined) unlinkSync(path);
} catch {
  // Nothing was there.
}
const where = path === undefined ? { host, port: Number(port) } : { path };
server.listen({ ...where, backlog: 4096 }, () => process.stdout.write('READY\n'));
