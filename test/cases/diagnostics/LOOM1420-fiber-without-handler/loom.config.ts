import { defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  stacks: { small: { bytes: '16K', count: 4 } },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main', style: { fiber: 'small' } }) },
});
