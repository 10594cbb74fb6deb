import { defineLoom, file } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { main: { fibers: 1 } },
  fds: {
    journal: file('./journal.log', {
      on: 'main',
      handler: 'Log',
      mode: 'read',
      truncate: true,
      permissions: 0o600,
    }),
  },
  handlers: './log.hpp',
});
