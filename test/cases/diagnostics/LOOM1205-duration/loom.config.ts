import { defineLoom, tcp, timer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: { wait: { spin: 20 } } },
  fds: {
    market: tcp('127.0.0.1:9000', { on: 'main', connectTimeout: '5 s' }),
    tick: timer({ on: 'main', every: '1sec' }),
  },
});
