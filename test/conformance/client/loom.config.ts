/**
 * The connecting half of the conformance suite: clients with short pauses between attempts, one
 * that tries once, and timers. A scenario gives each client it is about an address at start.
 */
import { defineLoom, line, tcp, timer, unix } from 'loomgen';

export default defineLoom({
  name: 'client',
  backends: { darwin: ['kqueue'], freebsd: ['kqueue'] },
  reactors: { main: {} },
  fds: {
    dialer: tcp('127.0.0.1:1', {
      on: 'main',
      handler: 'Dialer',
      framing: line({ maximum: '1K' }),
      connectTimeout: '150ms',
      reconnect: { initial: '5ms', maximum: '40ms' },
    }),
    single: tcp('127.0.0.1:1', {
      on: 'main',
      handler: 'Dialer',
      framing: line({ maximum: '1K' }),
      reconnect: false,
    }),
    pair: unix('/nonexistent/loom-conformance.sock', {
      on: 'main',
      handler: 'Dialer',
      framing: line({ maximum: '1K' }),
      connections: 2,
      reconnect: { initial: '5ms', maximum: '40ms' },
    }),
    beat: timer({ on: 'main', every: '2ms', handler: 'Clock' }),
    late: timer({ on: 'main', after: '1ms', handler: 'Alarm' }),
  },
  handlers: './client.hpp',
  native: { includeDirectories: ['..'] },
});
