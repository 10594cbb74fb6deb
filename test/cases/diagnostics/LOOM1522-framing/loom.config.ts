import { defineLoom, line, unix, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    a: unixServer('@feed', { on: 'main', type: 'seqpacket', framing: line() }),
    b: unix('@feed', { on: 'main', type: 'seqpacket' }),
  },
});
