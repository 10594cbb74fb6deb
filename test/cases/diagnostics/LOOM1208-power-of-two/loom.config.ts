import { defineLoom, tcp } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: { delivery: '3M' } },
  fds: {
    market: tcp('127.0.0.1:9000', { on: 'main', writeQueue: 5000, receive: { count: 12 } }),
  },
});
