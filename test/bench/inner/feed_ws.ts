/**
 * Sends WebSocket messages of 100 bytes as fast as they are taken. They are made once, so whoever
 * reads them is what is measured. Argument: the address, as tcp:IP:PORT.
 */

import { createServer, type Socket } from 'node:net';
import { acceptWebSocket, frameOf } from './websocket.ts';

const messageBytes = 100;
const messagesAtOnce = 512;

const frames = Buffer.concat(
  Array.from({ length: messagesAtOnce }, (_, n) => {
    const body = Buffer.alloc(messageBytes, 1);
    body.writeUInt32LE(n + 1, 0);
    return frameOf('binary', body);
  }),
);

/** Sends for ever once the client has shaken hands. */
function serve(socket: Socket): void {
  const pour = (): void => {
    while (socket.writable && socket.write(frames)) {
      // Until the socket is full.
    }
  };
  acceptWebSocket(socket, () => {
    socket.on('drain', pour);
    pour();
  });
  socket.on('error', () => socket.destroy());
}

const [, ip, port] = (process.argv[2] ?? '').split(':');
createServer(serve).listen(Number(port), ip, () => process.stdout.write('READY\n'));
