/**
 * The config of our own servers. What a program is made for is its mode; wait policy, receive
 * strategy and style are what the benchmark compares. The files of loom-echo/ and loom-sink/ each
 * choose one of them; which backend runs is chosen at start.
 */

import { defineLoom, lengthPrefixed, raw, tcpServer, unixServer } from 'loomgen';

/** What the servers differ in. */
interface Choice {
  wait: 'spin' | 'block' | { spin: '20us' };
  strategy: 'multishot' | 'oneshot' | 'direct';
  style: 'callback' | 'fiber';
}

/** What the two modes differ in. */
type Stream = Pick<Parameters<typeof tcpServer>[1], 'framing' | 'receive' | 'writeQueue'>;

/** Direct receives are for 16 connections of a reactor: each fd here has half of them. */
const fewConnections = 8;
const manyConnections = 512;

/** Gives back bytes as they come: an echo need not know where messages end. */
export function echo(choice: Choice) {
  return program('Echo', choice, {
    framing: raw(),
    receive: { bytes: '16K', count: 32, strategy: choice.strategy },
    writeQueue: '32K',
  });
}

/** Takes messages. Few large buffers: what the pool takes has to stay in the cache. */
export function sink(choice: Choice) {
  return program('Sink', choice, {
    framing: lengthPrefixed('u16be', { maximum: '2K' }),
    receive: { bytes: '64K', count: 8, strategy: choice.strategy },
    writeQueue: '4K',
  });
}

/** One reactor, a TCP port and a unix socket, of which a trial loads one. */
function program(handler: 'Echo' | 'Sink', { wait, strategy, style }: Choice, stream: Stream) {
  const connections = strategy === 'direct' ? fewConnections : manyConnections;
  const fiber = { style: { fiber: 'small' } } as const;
  const on = 'main' as const;
  const options = { ...stream, on, handler, connections, ...(style === 'fiber' ? fiber : {}) };
  return defineLoom({
    name: 'bench',
    reactors: { main: { wait } },
    fds: { tcp: tcpServer('127.0.0.1:0', options), local: unixServer('@loom-bench', options) },
    handlers: `./${style}.hpp`,
  });
}
