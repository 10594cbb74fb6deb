import { defineLoom, timer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: { tick: timer({ on: 'main', start: 'manual' }) },
});
