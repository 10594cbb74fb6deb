import { defineLoom, unix, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    a: unix('', { on: 'main' }),
    b: unixServer('/tmp/' + 'x'.repeat(103), { on: 'main' }),
  },
});
