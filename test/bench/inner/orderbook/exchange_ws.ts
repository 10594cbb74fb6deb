/** The exchange of examples/orderbook, with each line as a WebSocket message of text. */

import { runExchange } from '../../../../examples/orderbook/exchange.ts';
import { acceptWebSocket, frameOf } from '../websocket.ts';

await runExchange({
  frame: (text) => frameOf('text', Buffer.from(text)),
  greet: acceptWebSocket,
});
