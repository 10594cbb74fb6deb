import { defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: { requests: 8 } },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
