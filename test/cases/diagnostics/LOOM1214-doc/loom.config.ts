import { defineLoom, doc, struct, tcpServer, u8 } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: {
    Trade: struct({ side: doc(u8, 'One line\nand another.') }, { doc: '' }),
  },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
