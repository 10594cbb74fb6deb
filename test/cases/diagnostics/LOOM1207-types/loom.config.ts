import { array, defineLoom, struct, tcpServer, u8 } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: {
    Trade: struct({ square: array(array(u8, 2), 2), nothing: undefined, kind: { kind: 'decimals' } }),
  },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
