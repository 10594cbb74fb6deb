/**
 * The descriptors that are no TCP sockets: packets at abstract names. A scenario gives each unix fd
 * a name of its own at start.
 */
import { defineLoom, unix, unixServer } from 'loomgen';

export default defineLoom({
  name: 'descriptors',
  reactors: { main: {} },
  fds: {
    // Each packet comes back as it is, and a copy of it goes to `dialer`.
    packets: unixServer('@loom-conformance-packets', {
      on: 'main',
      handler: 'Packets',
      type: 'seqpacket',
      connections: 2,
      receive: { bytes: '1K', count: 4 },
      writeQueue: '4K',
    }),
    dialer: unix('@loom-conformance-nobody', {
      on: 'main',
      handler: 'Packets',
      type: 'seqpacket',
      reconnect: { initial: '5ms', maximum: '40ms' },
    }),
  },
  handlers: './descriptors.hpp',
  native: { includeDirectories: ['..'] },
});
