/**
 * A server for the tests of the harness, in no more lines than the contract takes. Its first
 * parameter says how it behaves: `honest`; `lies`, which counts one message too many; `crashes` at
 * the first byte; `spoils` one byte of what it returns; `silent`, which never says READY.
 */

import { type AddressInfo, createServer } from 'node:net';

const [behaviour = '', mode = '', address = ''] = process.argv.slice(2);
const counts = { total: 0, bytes: 0, chunks: 0, first: 0n, last: 0n };
let spoilt = false;

/** Counts the whole messages of one connection. */
function counter(): (piece: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      rest = rest.subarray(2 + rest.readUInt16BE(0));
      counts.total += 1;
    }
    counts.last = process.hrtime.bigint();
    if (counts.first === 0n) counts.first = counts.last;
    counts.bytes += piece.length;
    counts.chunks += 1;
  };
}

const server = createServer((socket) => {
  const count = counter();
  socket.on('error', () => socket.destroy());
  socket.on('data', (piece) => {
    if (behaviour === 'crashes') process.exit(9);
    count(piece);
    if (mode !== 'echo') return;
    if (behaviour === 'spoils' && !spoilt) {
      spoilt = true;
      piece[piece.length - 1] = 0;
    }
    socket.write(piece);
  });
});

const [, host = '127.0.0.1', port = ''] = /^tcp:(.*):(\d+)$/.exec(address) ?? [];
if (behaviour !== 'silent') {
  const listening = (): void => {
    const bound = server.address() as AddressInfo | string;
    if (bound !== null) process.stdout.write('READY\n');
  };
  if (address.startsWith('unix:')) server.listen(address.slice('unix:'.length), listening);
  else server.listen(Number(port), host, listening);
} else {
  setInterval(() => undefined, 1000);
}

process.on('SIGTERM', () => {
  const { bytes, chunks, first, last } = counts;
  const total = counts.total + (behaviour === 'lies' ? 1 : 0);
  const span_ns = Number(last - first);
  const times = { p50: 0, p90: 0, p99: 0, p999: 0, max: 0 };
  const line = { total, measured: 0, span_ns, ...times, bytes, chunks, bad: 0 };
  process.stdout.write(`${JSON.stringify(line)}\n`, () => process.exit(0));
});
