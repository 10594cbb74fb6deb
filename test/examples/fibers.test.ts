/**
 * The example of fibers as its README says: built, started, and spoken to by Node's sockets on
 * every backend, directly and through its proxy.
 */
import { randomBytes } from 'node:crypto';
import test from 'ava';
import { Peer } from '../conformance/peer.ts';
import { Example } from './example.ts';

const example = new Example(test, 'fibers', 'fibers');

/** Lines of many lengths, `bytes` of them in all. */
function someLines(bytes: number): string {
  const lines: string[] = [];
  for (let size = 0; size < bytes; size += lines.at(-1)?.length ?? 0) {
    lines.push(`${randomBytes(1 + (lines.length % 300)).toString('base64')}\n`);
  }
  return lines.join('');
}

/** Starts the example, its proxy leading to `upstream`. */
function start(backend: string, upstream?: string) {
  return example.start(backend, ['echo', 'proxy'], { UPSTREAM: upstream ?? '127.0.0.1:1' });
}

for (const backend of ['io_uring', 'epoll']) {
  test(`${backend}: lines come back, also through the proxy, and nothing is left`, async (t) => {
    const server = await start(backend);
    const proxy = await start(backend, server.addresses.get('echo'));
    const text = someLines(2_000_000);
    const addresses = [server.addresses.get('echo'), proxy.addresses.get('proxy')];
    const peers = await Promise.all(addresses.map((address) => Peer.connect(address ?? '')));
    const answers = peers.map(async (peer) => {
      peer.socket.end(text);
      const { bytes, end } = await peer.rest();
      t.is(end, 'end');
      t.true(bytes.equals(Buffer.from(text)), 'the same bytes came back');
    });
    await Promise.all(answers);
    for (const program of [proxy, server]) {
      const { exitCode, counters } = await program.stop();
      t.is(exitCode, 0);
      t.is(counters.main?.in_flight, 0);
      t.is(counters.main?.fibers_live, 0);
      t.is(counters.main?.allocations_after_init, 0);
    }
  });

  test(`${backend}: without its server the proxy closes, and it stops with clients`, async (t) => {
    const gone = await start(backend);
    const nobody = gone.addresses.get('echo');
    await gone.stop();
    const proxy = await start(backend, nobody);
    const peer = await Peer.connect(proxy.addresses.get('proxy') ?? '');
    t.is((await peer.rest()).bytes.length, 0);
    const waiting = await Peer.connect(proxy.addresses.get('echo') ?? '');
    const { exitCode, counters } = await proxy.stop();
    t.is(exitCode, 0);
    t.is(counters.main?.fibers_live, 0);
    waiting.destroy();
  });
}
