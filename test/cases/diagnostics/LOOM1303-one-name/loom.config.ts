import { defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    order_feed: tcpServer('127.0.0.1:7001', { on: 'main' }),
    orderFeed: tcpServer('127.0.0.1:7002', { on: 'main' }),
  },
});
