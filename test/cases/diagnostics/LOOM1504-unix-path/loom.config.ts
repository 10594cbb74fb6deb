import { defineLoom, unix, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    a: unix('', { on: 'main' }),
    b: unix('/tmp/\0x', { on: 'main' }),
    c: unixServer('/tmp/' + 'x'.repeat(103), { on: 'main' }),
    d: unixServer('/tmp/"x', { on: 'main' }),
  },
});
