import { defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { main: { count: 2 } },
  fds: {
    control: tcpServer('127.0.0.1:9000', { on: 'main', handler: 'Control', jsSends: true }),
  },
  handlers: './feed.hpp',
});
