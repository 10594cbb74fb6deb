import { defineLoom, file } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { main: { fibers: 1 } },
  fds: {
    journal: file('fd:stdout', { on: 'main', handler: 'Log', mode: 'append' }),
  },
  handlers: './log.hpp',
});
