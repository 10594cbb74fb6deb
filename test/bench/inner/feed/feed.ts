/**
 * The feed: listens, shakes hands where its messages are those of WebSocket, and has sender.cpp
 * send on the connection. Arguments: the address as tcp:IP:PORT, the sender's path, and its own
 * arguments, FRAMING and RATE.
 */

import { spawn } from 'node:child_process';
import { createServer, type Socket } from 'node:net';
import { acceptWebSocket } from '../websocket.ts';

const [address = '', sender = '', framing = '', rate = ''] = process.argv.slice(2);

/** Gives the connection to a sender and keeps nothing of it. */
function send(socket: Socket): void {
  socket.pause();
  spawn(sender, [framing, rate], { stdio: [socket, 'inherit', 'inherit'] });
  socket.destroy();
}

function serve(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  if (framing === 'websocket') acceptWebSocket(socket, () => send(socket));
  else send(socket);
}

const [, ip, port] = address.split(':');
createServer(serve).listen(Number(port), ip, () => process.stdout.write('READY\n'));
