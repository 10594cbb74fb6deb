import { array, chars, decimal, defineLoom, struct, tcpServer, u32 } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: {
    Trade: struct({ price: decimal(19), symbol: chars(0), sizes: array(u32, 5000) }),
    Nested: struct({ inner: struct({ price: decimal(-1) }) }),
    Large: struct({ sizes: array(u32, 1025) }),
  },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
