import { defineLoom, file } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { main: { fibers: 1 } },
  fds: {
    blocks: file('./blocks', {
      on: 'main',
      handler: 'Log',
      mode: 'read',
      buffers: { bytes: 5000, count: 2 },
    }),
    journal: file('./journal.log', { on: 'main', handler: 'Log', mode: 'append', direct: true }),
  },
  handlers: './log.hpp',
});
