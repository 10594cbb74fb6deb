import { defineLoom, tcp } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { main: {} },
  fds: {
    market: tcp('127.0.0.1:9000', { on: 'main', jsSends: true }),
  },
});
