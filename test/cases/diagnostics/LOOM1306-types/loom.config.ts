import { defineLoom, enumeration, struct, tcpServer, u16, u8 } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: {
    Quote: struct({ side: enumeration(['bid', 'ask'], { name: 'Side' }) }),
    QuoteValue: struct({ value: u8 }),
    Trade: struct({ side: enumeration(['buy', 'sell'], { name: 'Side' }) }),
    TradeInner: struct({ a: u8 }),
    Trader: struct({ inner: struct({ a: u16 }, { name: 'TradeInner' }) }),
  },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
