import { defineLoom, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    broker: unixServer('@broker', { on: 'main', descriptors: 4 }),
  },
});
