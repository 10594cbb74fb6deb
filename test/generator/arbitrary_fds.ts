/** Valid fds that are no streams: datagrams and files. */
import fc from 'fast-check';
import { flag, optional, powerOfTwo } from './arbitrary_leaf.ts';

const datagrams = {
  handler: fc.constant('Itch'),
  jsSends: fc.boolean(),
  timestamps: fc.constantFrom('none', 'software'),
  receive: optional({
    bytes: fc.integer({ min: 1, max: 65536 }),
    count: powerOfTwo(0, 10),
    strategy: fc.constantFrom('multishot', 'direct'),
  }),
  send: optional({ bytes: fc.integer({ min: 1, max: 65536 }), count: powerOfTwo(0, 10) }),
  batch: fc.integer({ min: 1, max: 64 }),
  receiveBuffer: fc.integer({ min: 2048, max: 1 << 24 }),
};
const groups = fc.constantFrom(
  [],
  [{ address: '239.1.1.1' }],
  [{ address: '232.1.1.1', interface: 'lo', source: '10.0.0.1' }, { address: '239.1.1.1' }],
);

/** A datagram fd: it always has a handler. */
export const datagram = fc.oneof(
  fc
    .record(
      {
        ...datagrams,
        ...{ groups, drops: flag, destination: flag, reuseAddress: flag, reusePort: flag },
        ...{ broadcast: flag, ipv6Only: flag, typeOfService: fc.integer({ min: 0, max: 255 }) },
        multicast: optional({ hops: fc.integer({ min: 0, max: 255 }), loopback: flag }),
        device: fc.constantFrom('eth0', 'lo'),
        busyPoll: fc.constantFrom('10us', '1ms'),
        connect: fc.constant('127.0.0.1:9'),
      },
      { requiredKeys: ['handler'] },
    )
    .map((options) => ({ ...options, kind: 'udp' })),
  fc
    .record(
      {
        ...datagrams,
        mode: fc.integer({ min: 0, max: 0o777 }),
        connect: fc.constantFrom('/dev/log', '@log'),
      },
      { requiredKeys: ['handler'] },
    )
    .map((options) => ({ ...options, kind: 'unixDatagram' })),
);

/** A file; its reactor must have fibers or requests. */
export const fileFd = fc
  .record(
    {
      mode: fc.constantFrom('write', 'append', 'readWrite'),
      handler: fc.constant('Itch'),
      path: fc.constantFrom('./journal.log', '/var/log/feed 1.log', 'fd:3'),
      truncate: flag,
      direct: fc.constant(true),
      operations: fc.integer({ min: 1, max: 4096 }),
      buffers: fc.record({ bytes: powerOfTwo(12, 24), count: fc.integer({ min: 1, max: 4096 }) }),
    },
    { requiredKeys: ['mode', 'handler', 'path', 'buffers'] },
  )
  .map((options) => ({ ...options, kind: 'file' }));
