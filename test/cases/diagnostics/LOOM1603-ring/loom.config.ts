import { defineLoom, line, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: { delivery: '64K', inbox: '64K' } },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', { on: 'main', framing: line({ maximum: '256K' }) }),
  },
});
