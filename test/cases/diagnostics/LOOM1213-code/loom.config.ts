import { defineLoom, enumeration, struct, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: {
    Trade: struct({
      state: enumeration({ idle: 1, live: 256 }),
      sign: enumeration({ below: -1 }, { base: 'u32' }),
    }),
  },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
