// Node's own sockets (`net`), behind the contract of contract.hpp: MODE ADDRESS on the command
// line, a line of JSON at SIGTERM. Echo is what `socket.pipe(socket)` does, with its bytes counted;
// the sink finds the messages in the chunks that it is given and copies only what is cut.

import { unlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { countMessages, printTally, tally } from './node_tally.mjs';

const nothing = Buffer.alloc(0);

/** Finds messages in the chunks of one connection. */
function createReader() {
  let kept = nothing;
  return (chunk) => {
    const bytes = kept.length === 0 ? chunk : Buffer.concat([kept, chunk]);
    const offset = countMessages(bytes);
    // A copy, or a few bytes would keep the whole chunk.
    kept = offset === bytes.length ? nothing : Buffer.from(bytes.subarray(offset));
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
