/** The example of a fan-out: digests from a pool, counted on another reactor, on every backend. */
import { randomBytes } from 'node:crypto';
import test from 'ava';
import { Peer } from '../conformance/peer.ts';
import { Example } from './example.ts';

const example = new Example(test, 'fan-out', 'fan_out');

/** 64 rounds of FNV-1a, as the example has it; Fowler, Noll and Vo. */
function digestOf(block: Buffer): string {
  let hash = 0xcbf29ce484222325n;
  for (let round = 0; round < 64; round += 1) {
    for (const byte of block) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}

function framed(block: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(block.length);
  return Buffer.concat([length, block]);
}

for (const backend of ['io_uring', 'epoll']) {
  test(`${backend}: every block is digested and counted`, async (t) => {
    const program = await example.start(backend, ['blocks']);
    const blocks = [0, 1, 100, 1500].map((size) => randomBytes(size));
    const expected = Buffer.concat(blocks.map((block) => framed(Buffer.from(digestOf(block)))));
    const peers = await Promise.all(
      Array.from({ length: 8 }, () => Peer.connect(program.addresses.get('blocks') ?? '')),
    );
    for (const peer of peers) peer.socket.end(Buffer.concat(blocks.map(framed)));
    for (const peer of peers) t.deepEqual((await peer.rest()).bytes, expected);
    const { exitCode, counters } = await program.stop();
    t.is(exitCode, 0);
    t.is(counters.front?.offloaded, 32);
    t.is(counters.ledger?.mail_received, 32);
    t.is(counters.front?.fibers_live, 0);
    for (const reactor of ['front', 'ledger']) t.is(counters[reactor]?.allocations_after_init, 0);
  });

  test(`${backend}: a client that leaves while its block is digested harms nobody`, async (t) => {
    const program = await example.start(backend, ['blocks']);
    for (let round = 0; round < 20; round += 1) {
      const peer = await Peer.connect(program.addresses.get('blocks') ?? '');
      peer.socket.write(framed(randomBytes(60_000)));
      peer.reset();
    }
    const peer = await Peer.connect(program.addresses.get('blocks') ?? '');
    const block = Buffer.from('still here');
    peer.socket.end(framed(block));
    t.deepEqual((await peer.rest()).bytes, framed(Buffer.from(digestOf(block))));
    const { exitCode, counters } = await program.stop();
    t.is(exitCode, 0);
    t.is(counters.front?.fibers_live, 0);
  });
}
