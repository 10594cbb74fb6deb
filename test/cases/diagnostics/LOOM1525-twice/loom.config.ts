import { defineLoom, signal } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    a: signal({ on: 'main', handler: 'Reload', signals: ['SIGHUP', 'SIGUSR1'] }),
    b: signal({ on: 'main', handler: 'Reload', signals: ['SIGHUP'] }),
    c: signal({ on: 'main', handler: 'Reload', signals: [] }),
  },
  handlers: './echo.hpp',
});
