import { defineLoom, line, tcp } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: { inbox: '256KB' } },
  fds: {
    market: tcp('127.0.0.1:9000', { on: 'main', framing: line({ maximum: '64 K' }), writeQueue: 0.5 }),
  },
});
