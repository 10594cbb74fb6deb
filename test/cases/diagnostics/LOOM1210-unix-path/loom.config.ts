import { defineLoom, unix, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    a: unix('/tmp/\0x', { on: 'main' }),
    b: unixServer('/tmp/a");system("x', { on: 'main' }),
    c: unix('/tmp/é', { on: 'main' }),
  },
});
