import { defineLoom, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    a: unixServer('@feed', { on: 'main', mode: 0o666 }),
  },
});
