/**
 * Every peer keeps the contract: what it echoes is what it got, what it counts is what it was sent,
 * over TCP and unix sockets. A run of the suites builds those that need nothing more than the tests
 * do anyway and compile in a few seconds; LOOM_ALL_PEERS=1 tries them all, and skips none silently.
 */

import test, { type ExecutionContext } from 'ava';
import * as conversation from './conversation.ts';
import { Server } from './conversation.ts';
import { peers } from './peers.ts';
import type { Peer, Transport } from './server.ts';

/** Asio takes a compiler ten seconds, and the libraries of others have to be installed. */
const quick = ['recv-spin', 'epoll-block', 'epoll-spin', 'liburing', 'liburing-oneshot'];
const wanted = process.env.LOOM_ALL_PEERS
  ? peers.filter(({ transports }) => transports.includes('tcp'))
  : peers.filter(({ name }) => [...quick, 'node-net'].includes(name));

const kinds = ['tcp', 'unix'] as const;

/** What keeps a peer from running here and is no fault of its own. */
const reasons = [/ is left out: /, /io_uring_queue_init: (?:Operation not permitted|Function not)/];

/** Builds and starts a peer. @returns undefined where it cannot run, and the test says why */
async function start(t: ExecutionContext, peer: Peer, mode: 'echo' | 'sink', kind: Transport) {
  try {
    return await Server.start(await peer.build([]), mode, kind);
  } catch (error) {
    const { message } = error as Error;
    if (!reasons.some((reason) => reason.test(message))) throw error;
    t.log(message);
    t.pass();
    return undefined;
  }
}

for (const peer of wanted) {
  for (const kind of kinds) {
    test.serial(`${peer.name} echoes over ${kind}`, async (t) => {
      t.timeout(600_000);
      const server = await start(t, peer, 'echo', kind);
      if (server === undefined) return;
      try {
        await conversation.echoSizes(t, server);
        await conversation.echoMany(t, server);
        await conversation.echoSlowly(t, server);
        await conversation.echoBulk(t, server);
        await conversation.breakOff(t, server);
      } finally {
        await server.check(t);
      }
    });

    test.serial(`${peer.name} counts over ${kind}`, async (t) => {
      t.timeout(600_000);
      const server = await start(t, peer, 'sink', kind);
      if (server === undefined) return;
      const expected = await conversation.sinkAll(t, server);
      const line = await server.check(t);
      t.like(line, expected);
      const { p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0, span_ns = 0 } = line;
      t.true(p50 > 0 && p50 <= p90 && p90 <= p99 && p99 <= p999 && p999 <= max);
      t.true(max < 60e9 && span_ns > 0 && span_ns < 60e9);
    });
  }
}

for (const peer of peers.filter(({ transports }) => transports.includes('udp'))) {
  test.serial(`${peer.name} counts datagrams`, async (t) => {
    t.timeout(600_000);
    const server = await start(t, peer, 'sink', 'udp');
    if (server === undefined) return;
    const expected = await conversation.sinkDatagrams(server);
    const line = await server.check(t);
    t.like(line, expected);
  });
}

test('no two peers have one name', (t) => {
  const names = peers.map(({ name }) => name);
  t.deepEqual(names, [...new Set(names)]);
});
