import { array, chars, defineLoom, struct, tcpServer, u32, u64 } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: {
    Trade: struct({ id: u64, idHigh: u32, symbolText: u32, symbol: chars(8) }),
    Sizes: struct({ all: array(u32, 4), setAll: u32 }),
  },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
