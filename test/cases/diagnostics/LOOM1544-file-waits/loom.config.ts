import { defineLoom, file } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { main: {} },
  fds: {
    journal: file('./journal.log', { on: 'main', handler: 'Log', mode: 'append' }),
  },
  handlers: './log.hpp',
});
