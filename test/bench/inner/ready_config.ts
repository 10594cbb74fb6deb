/**
 * Eight connections of each style on each transport, of which a run uses one kind: what a message
 * costs that is there already.
 */
import { defineLoom, raw, tcpServer, unixServer } from 'loomgen';

/** The config; `strategy` is how messages are received. */
export function ready(strategy: 'multishot' | 'direct') {
  const common = {
    on: 'main',
    framing: raw(),
    connections: 8,
    receive: { bytes: '16K', count: 32, strategy },
    writeQueue: '4K',
  } as const;
  const fiber = { ...common, handler: 'Fiber', style: { fiber: 'small' } } as const;
  const callback = { ...common, handler: 'Callback' } as const;
  return defineLoom({
    name: 'bench',
    reactors: { main: { wait: 'spin' } },
    fds: {
      tcp: tcpServer('127.0.0.1:0', callback),
      tcpFiber: tcpServer('127.0.0.1:0', fiber),
      local: unixServer('@loom-ready', callback),
      localFiber: unixServer('@loom-ready-fiber', fiber),
    },
    handlers: './ready.hpp',
  });
}
