/**
 * The config of our own servers. What a program is made for is its mode; wait policy, receive
 * strategy and style are what the benchmark compares. The files of loom-echo/, loom-sink/ and
 * loom-datagrams/ each choose one of them; which backend runs is chosen at start.
 */

import { defineLoom, lengthPrefixed, raw, tcpServer, udp, unixServer } from 'loomgen';

/** What the servers differ in. */
interface Choice {
  wait: 'spin' | 'block' | { spin: '20us' };
  strategy: 'multishot' | 'bundle' | 'oneshot' | 'direct';
  style: 'callback' | 'fiber';
}

/** What the two modes differ in. */
type Stream = Pick<Parameters<typeof tcpServer>[1], 'framing' | 'receive' | 'writeQueue'>;

const manyConnections = 1024;
/** No scenario has more than one on a unix socket. */
const unixConnections = 64;

/**
 * Gives back bytes as they come: an echo need not know where messages end. A buffer holds all that
 * a connection has in flight, 16 times 1,026 B: of 16 KiB it made two receives and two sends.
 * Many connections that are ready at once take a buffer each where the kernel gives them out, and a
 * pool that is empty ends their multishot receives.
 */
export function echo(choice: Choice) {
  const { strategy } = choice;
  const buffers = {
    multishot: { bytes: '32K', count: 256 },
    bundle: { bytes: '2K', count: 2048 },
    oneshot: { bytes: '32K', count: 256 },
    direct: { bytes: '32K', count: 64 },
  } as const;
  return program('Echo', choice, {
    framing: raw(),
    receive: { ...buffers[strategy], strategy },
    writeQueue: '64K',
  });
}

/**
 * Takes messages, the largest of a recorded session among them. Few large buffers: what the pool
 * takes has to stay in the cache.
 */
export function sink(choice: Choice) {
  return program('Sink', choice, {
    framing: lengthPrefixed('u16be', { maximum: '32K' }),
    receive: { bytes: '64K', count: 8, strategy: choice.strategy },
    writeQueue: '4K',
  });
}

/** One reactor, a TCP port and a unix socket, of which a trial loads one. */
function program(handler: 'Echo' | 'Sink', { wait, style }: Choice, stream: Stream) {
  const fiber = { style: { fiber: 'small' } } as const;
  const on = 'main' as const;
  const options = { ...stream, on, handler, ...(style === 'fiber' ? fiber : {}) };
  const tcp = { ...options, connections: manyConnections };
  const local = { ...options, connections: unixConnections };
  return defineLoom({
    name: 'bench',
    reactors: { main: { wait } },
    fds: { tcp: tcpServer('127.0.0.1:0', tcp), local: unixServer('@loom-bench', local) },
    handlers: `./${style}.hpp`,
  });
}

/**
 * Takes messages in datagrams. The kernel's buffer is as large as the contract asks for. Received
 * directly, it asks like the peers for no count of what was dropped, which has a cheaper call.
 */
export function datagrams(wait: Choice['wait'], strategy: 'multishot' | 'direct' = 'multishot') {
  return defineLoom({
    name: 'bench',
    reactors: { main: { wait } },
    fds: {
      datagrams: udp({
        on: 'main',
        handler: 'Sink',
        bind: '127.0.0.1:0',
        receive: { bytes: '2K', count: 256, strategy },
        receiveBuffer: '4M',
        drops: strategy === 'multishot',
      }),
    },
    handlers: './callback.hpp',
  });
}
