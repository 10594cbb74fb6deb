// Node's own UDP sockets (`dgram`), behind the contract of README.md: `sink udp:IP:PORT` on the
// command line, a line of JSON at SIGTERM.

import { createSocket } from 'node:dgram';
import { countMessages, printTally, tally } from './node_tally.mjs';

const [mode, address = ''] = process.argv.slice(2);
const [, host, port] = /^udp:(.+):(\d+)$/.exec(address) ?? [];
if (mode !== 'sink' || host === undefined) {
  process.stderr.write('usage: node node_dgram.mjs sink udp:IP:PORT\n');
  process.exit(2);
}
/** What the contract has a sink ask the kernel for. */
const receiveBufferBytes = 4 << 20;
const socket = createSocket({ type: 'udp4', recvBufferSize: receiveBufferBytes });
socket.on('message', (datagram) => {
  tally.bytes += datagram.length;
  tally.chunks += 1;
  countMessages(datagram);
});
process.on('SIGTERM', printTally);
socket.bind(Number(port), host, () => process.stdout.write('READY\n'));
