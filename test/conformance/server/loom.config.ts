/**
 * The serving half of the conformance suite: every framing, small slot counts, small queues and
 * buffer pools, so that each limit is reached within a few kilobytes. Two reactors.
 */
import { defineLoom, lengthPrefixed, line, raw, tcpServer, unixServer } from 'loomgen';

export default defineLoom({
  name: 'server',
  backends: { darwin: ['kqueue'], freebsd: ['kqueue'] },
  reactors: { main: {}, side: { wait: 'block' } },
  fds: {
    // Bytes come back as they are, at the pace at which the peer takes them.
    mirror: tcpServer('127.0.0.1:0', {
      on: 'main',
      handler: 'Mirror',
      framing: raw(),
      connections: 64,
      receive: { bytes: '4K', count: 16 },
      writeQueue: '16K',
    }),
    // Lines that begin with `!` are commands; the others are counted.
    script: tcpServer('127.0.0.1:0', {
      on: 'main',
      handler: 'Script',
      framing: line({ maximum: '1K' }),
      connections: 8,
      full: 'refuse',
      receive: { bytes: '1K', count: 4 },
      writeQueue: '16K',
      sendBuffer: '8K',
    }),
    queue: tcpServer('127.0.0.1:0', {
      on: 'main',
      handler: 'Script',
      framing: line({ maximum: '1K' }),
      connections: 2,
      full: 'wait',
      backlog: 64,
    }),
    six: tcpServer('[::1]:0', {
      on: 'main',
      handler: 'Script',
      framing: line({ maximum: '1K' }),
      connections: 2,
    }),
    local: unixServer('/tmp/loom-conformance.sock', {
      on: 'main',
      handler: 'Script',
      framing: line({ maximum: '1K' }),
      connections: 4,
      mode: 0o640,
    }),
    // Each message is answered with its length and its hash.
    frames: tcpServer('127.0.0.1:0', {
      on: 'main',
      handler: 'Digest',
      framing: lengthPrefixed('u32le', { maximum: '12M' }),
      connections: 2,
    }),
    bytes: tcpServer('127.0.0.1:0', {
      on: 'main',
      handler: 'Digest',
      framing: lengthPrefixed('u8'),
      connections: 2,
    }),
    shorts: tcpServer('127.0.0.1:0', {
      on: 'main',
      handler: 'Digest',
      framing: lengthPrefixed('u16be', { maximum: 1000 }),
      connections: 2,
    }),
    longs: tcpServer('127.0.0.1:0', {
      on: 'side',
      handler: 'Digest',
      framing: lengthPrefixed('u64be', { maximum: 1000 }),
      connections: 2,
    }),
    aside: tcpServer('127.0.0.1:0', {
      on: 'side',
      handler: 'Script',
      framing: line({ maximum: '1K' }),
      connections: 2,
    }),
  },
  handlers: './server.hpp',
  native: { includeDirectories: ['..'] },
});
