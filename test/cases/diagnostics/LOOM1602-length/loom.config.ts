import { defineLoom, lengthPrefixed, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', {
      on: 'main',
      framing: lengthPrefixed('u16be', { maximum: '64K' }),
    }),
  },
});
