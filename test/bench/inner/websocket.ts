/** The sending side of WebSocket (RFC 6455), as far as a server needs it that only sends. */

import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';

/** 1.3: what an accepting server adds to the client's key. */
const acceptance = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** 5.2: the longest bodies whose length fits into 7 and into 16 bits. */
const shortBytes = 125;
const mediumBytes = 0xffff;
const medium = 126;
const long = 127;

/** 5.2: the opcodes of messages. */
export const opcode = { text: 1, binary: 2 } as const;

/** One whole message: FIN, and no mask, because it comes from a server. */
export function frameOf(kind: keyof typeof opcode, body: Buffer): Buffer {
  const first = 0x80 | opcode[kind];
  const { length } = body;
  if (length <= shortBytes) return Buffer.concat([Buffer.from([first, length]), body]);
  if (length <= mediumBytes) {
    return Buffer.concat([Buffer.from([first, medium, length >> 8, length & 0xff]), body]);
  }
  const head = Buffer.alloc(10);
  head.set([first, long]);
  head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, body]);
}

/** Answers the handshake once all of it came, then calls `ready` and ignores what else comes. */
export function acceptWebSocket(socket: Socket, ready: () => void): void {
  let request = '';
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
    ready();
  };
  socket.on('data', hear);
}
