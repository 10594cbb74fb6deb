import { defineLoom, file } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { main: { fibers: 1 } },
  fds: {
    journal: file('./journal.log', { on: 'main', mode: 'append' }),
  },
});
