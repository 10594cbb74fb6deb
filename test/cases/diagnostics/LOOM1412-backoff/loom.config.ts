import { defineLoom, tcp } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    market: tcp('127.0.0.1:9000', { on: 'main', reconnect: { initial: '10s', maximum: '1s' } }),
  },
});
