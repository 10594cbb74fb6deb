import { defineLoom, pipe } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    a: pipe({ on: 'main' }),
    b: pipe({ on: 'main', read: 'stdout', write: 'fd:1' }),
    c: pipe({ on: 'main', read: 'stdin', write: '' }),
  },
});
