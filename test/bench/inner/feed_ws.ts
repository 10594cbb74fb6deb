/**
 * Sends WebSocket messages of 100 bytes (RFC 6455, binary, from a server and therefore unmasked) as
 * fast as they are taken. They are made once, so whoever reads them is what is measured. Argument:
 * the address, as tcp:IP:PORT.
 */

import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';

const messageBytes = 100;
const messagesAtOnce = 512;
/** RFC 6455, 1.3: what an accepting server adds to the client's key. */
const acceptance = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** Many frames: FIN and the opcode of binary data, the length, and the body. */
const frames = Buffer.concat(
  Array.from({ length: messagesAtOnce }, (_, n) => {
    const frame = Buffer.alloc(2 + messageBytes, 1);
    frame[0] = 0x82;
    frame[1] = messageBytes;
    frame.writeUInt32LE(n + 1, 2);
    return frame;
  }),
);

/** Answers the handshake, once all of it came, and sends for ever. */
function serve(socket: Socket): void {
  let request = '';
  const pour = (): void => {
    while (socket.writable && socket.write(frames)) {
      // Until the socket is full.
    }
  };
  const hear = (chunk: Buffer): void => {
    request += chunk.toString('latin1');
    if (!request.includes('\r\n\r\n')) return;
    socket.off('data', hear);
    const key = /^sec-websocket-key:\s*(\S+)/im.exec(request)?.[1] ?? '';
    const answer = createHash('sha1').update(`${key}${acceptance}`).digest('base64');
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${answer}\r\n\r\n`,
    );
    socket.resume();
    socket.on('drain', pour);
    pour();
  };
  socket.on('data', hear);
  socket.on('error', () => socket.destroy());
}

const [, ip, port] = (process.argv[2] ?? '').split(':');
createServer(serve).listen(Number(port), ip, () => process.stdout.write('READY\n'));
