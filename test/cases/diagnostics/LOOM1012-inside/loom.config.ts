import { defineLoom, tcp, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: { core: () => 2 } },
  fds: new Map([['tcp', tcpServer('127.0.0.1:7001', { on: 'main' })]]),
  native: { sources: [Symbol('book.cpp'), 10n] },
});
