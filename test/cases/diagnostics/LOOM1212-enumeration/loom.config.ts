import { array, defineLoom, enumeration, struct, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: {
    Trade: struct({
      side: enumeration(['bid', 'ask', 'bid']),
      state: array(enumeration({ idle: 1, live: 1 }), 2),
      nothing: enumeration([]),
    }),
  },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
