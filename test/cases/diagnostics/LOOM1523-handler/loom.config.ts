import { defineLoom, eventfd, signal } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    alarm: eventfd({ on: 'main' }),
    reload: signal({ on: 'main', signals: ['SIGHUP'] }),
  },
});
