/**
 * The descriptors that are no TCP sockets: packets at abstract names, signals and events. A
 * scenario gives each unix fd a name of its own at start.
 */
import { defineLoom, eventfd, line, pipe, signal, unix, unixServer } from 'loomgen';

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
    // A file that comes is read, and its bytes and itself go back.
    broker: unixServer('@loom-conformance-broker', {
      on: 'main',
      handler: 'Broker',
      descriptors: 2,
      framing: line({ maximum: '1K' }),
      connections: 2,
    }),
    // Lines of whoever writes to a FIFO, and back out through the program's stderr.
    orders: pipe({
      on: 'main',
      handler: 'Orders',
      read: '/nonexistent/loom-conformance.fifo',
      write: 'stderr',
      framing: line({ maximum: '1K' }),
      receive: { bytes: '1K', count: 4 },
    }),
    // The way that a signal takes: noted, added to an eventfd, noted there.
    reload: signal({ on: 'main', handler: 'Reload', signals: ['SIGHUP', 'SIGUSR1', 'SIGUSR2'] }),
    alarm: eventfd({ on: 'main', handler: 'Alarm', initial: 3 }),
    tickets: eventfd({ on: 'main', handler: 'Tickets', semaphore: true, initial: 2 }),
  },
  handlers: './descriptors.hpp',
  native: { includeDirectories: ['..'] },
});
