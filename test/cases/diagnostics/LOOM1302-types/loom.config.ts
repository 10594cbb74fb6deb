import { defineLoom, enumeration, struct, tcpServer, u8 } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: {
    Trade: struct({
      side: enumeration(['unknown', 'new'], { name: 'Map' }),
      inner: struct({ while: u8 }, { name: 'inner' }),
    }),
  },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
