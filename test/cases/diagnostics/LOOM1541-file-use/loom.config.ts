import { defineLoom, file } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { main: { fibers: 1 } },
  fds: {
    journal: file('./journal.log', {
      on: 'main',
      mode: 'append',
      direct: true,
      buffers: { bytes: '4K', count: 1 },
    }),
  },
});
