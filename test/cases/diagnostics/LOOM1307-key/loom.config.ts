import { decimal, defineLoom, struct, tcpServer } from 'loomgen';

const level = struct({ price: decimal(8) }, { name: 'Level' });

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  messages: { Price: level },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
