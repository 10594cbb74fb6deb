// What a peer in JavaScript counts, and the line of JSON that it says at SIGTERM, as contract.hpp
// has it for those in C++.

const prefixBytes = 2;
const stampBytes = 8;

/** Numbers up to 2^53 ns are exact: 104 days of a clock that starts with the machine. */
const high = 2 ** 32;

/** Counters; a reader adds bytes and chunks. */
export const tally = { total: 0, bytes: 0, chunks: 0, bad: 0, first: 0, last: 0 };

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

/** Prints the line and ends the process. */
export function printTally() {
  const { total, bytes, chunks, bad, first, last } = tally;
  const [p50, p90, p99, p999] = [0.5, 0.9, 0.99, 0.999].map(percentile);
  const times = { p50, p90, p99, p999, max: delays.longest };
  const line = { total, measured: delays.count, span_ns: last - first, ...times };
  process.stdout.write(`${JSON.stringify({ ...line, bytes, chunks, bad })}\n`, () => {
    process.exit(0);
  });
}

/** Counts the whole messages of `bytes`. @returns where they end */
export function countMessages(bytes) {
  const before = tally.total;
  let offset = 0;
  while (bytes.length - offset >= prefixBytes) {
    const size = bytes.readUInt16BE(offset);
    if (bytes.length - offset - prefixBytes < size) break;
    countMessage(bytes, offset + prefixBytes, size);
    offset += prefixBytes + size;
  }
  if (tally.total === before) return offset;
  tally.last = now();
  if (before === 0) tally.first = tally.last;
  return offset;
}
