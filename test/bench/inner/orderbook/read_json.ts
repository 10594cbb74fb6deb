/**
 * Reads a session with JSON.parse and keeps the book in JavaScript. Arguments: the addresses of
 * the exchange, TCP and unix, messages of the warm-up, and the folder in which the package `ws` is
 * installed; without one, lines are read.
 */

import { connect, type Socket } from 'node:net';
import { lanes } from '../../../../examples/orderbook/session.ts';
import { connectWs } from '../ws_package.ts';
import { JavaScriptBook } from './book.ts';
import { CpuMeter, type Outcome } from './outcome.ts';

const [market = '', snapshot = '', warmup = '0', wsFolder] = process.argv.slice(2);
const book = new JavaScriptBook();
const meter = new CpuMeter(Number(warmup));
meter.look(0);
let open = lanes.length;

/** Takes a message. */
function take(text: string): void {
  book.take(text);
  meter.look(book.messages);
}

/** A connection has ended; the last one ends the session. */
function close(): void {
  open -= 1;
  if (open > 0) return;
  const { messages, id, top, bids, asks } = book;
  const outcome: Outcome = {
    ...{ messages, id, ...top, bidLevels: bids.size, askLevels: asks.size },
    ...meter.end(messages),
  };
  process.stdout.write(`${JSON.stringify(outcome)}\n`);
}

/** Reads lines. */
function readLines(socket: Socket): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const text = rest + chunk;
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      take(text.slice(from, end));
      from = end + 1;
    }
    rest = text.slice(from);
  });
  socket.on('close', close);
}

/** Reads messages of a WebSocket. */
function readWs(folder: string, url: string): void {
  const socket = connectWs(folder, url);
  socket.on('message', (data) => take(data.toString()));
  socket.on('close', close);
}

const [host, port] = market.split(':');
for (const lane of lanes) {
  const isSnapshot = lane === 'snapshot';
  if (wsFolder !== undefined) {
    readWs(wsFolder, isSnapshot ? `ws+unix:${snapshot}:/` : `ws://${market}/`);
  } else {
    readLines(isSnapshot ? connect(snapshot) : connect(Number(port), host));
  }
}
