import { defineLoom, signal } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    a: signal({ on: 'main', handler: 'R', signals: ['SIGHUB', 'SIGKILL', 'SIGSEGV', 'hello'] }),
  },
  handlers: './echo.hpp',
});
