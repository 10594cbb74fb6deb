import { defineLoom, lengthPrefixed, tcpServer } from 'loomgen';

export default defineLoom({
  reactors: { main: {} },
  stacks: { small: { count: 4 } },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', { connections: 4 }),
    stream: lengthPrefixed({ maximum: '1K' }),
  },
});
