import { defineLoom, timer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: { tick: timer({ on: 'main', handler: 'Echo', start: 'manual', every: '1s' }) },
  handlers: './echo.hpp',
});
