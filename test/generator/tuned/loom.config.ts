// A server that answers and one that does not, for the loads that a config can declare.
import { defineLoom, lengthPrefixed, tcpServer, unixServer } from 'loomgen';

export default defineLoom({
  name: 'tuned',
  reactors: { main: { wait: 'block' } },
  fds: {
    tcp: tcpServer('127.0.0.1:0', { on: 'main', handler: 'Echo', connections: 8 }),
    local: unixServer('/tmp/loom-tuned.sock', {
      on: 'main',
      handler: 'Sink',
      framing: lengthPrefixed('u16be'),
      connections: 8,
    }),
  },
  handlers: './tuned.hpp',
  tune: { load: { kind: 'echo', fd: 'tcp', connections: 2, depth: 2 } },
});
