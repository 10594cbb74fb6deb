/**
 * The example of a fan-out: a question travels from a reactor to a pool, home, and on to another
 * reactor, in both styles, on every backend, without an allocation.
 */
import test from 'ava';
import { Peer } from '../conformance/peer.ts';
import type { Program } from '../conformance/program.ts';
import { Example } from './example.ts';

const example = new Example(test, 'fan-out', 'fan_out');

const questions = `100\nmany\n1000001\n${'10\n'.repeat(200)}`;
const refusal = 'a number up to 1000000\n';
const answers = `25\n${refusal}${refusal}${'4\n'.repeat(200)}`;

/** Sends questions one by one, since answers of several workers come in any order. */
async function ask(program: Program, fd: string): Promise<string> {
  const peer = await Peer.connect(program.addresses.get(fd) ?? '');
  let heard = '';
  for (const question of questions.match(/.+\n/g) ?? []) {
    peer.socket.write(question);
    heard += `${await peer.line()}\n`;
  }
  peer.destroy();
  return heard;
}

for (const backend of ['io_uring', 'epoll']) {
  test(`${backend}: answers come from the pool, and the other reactor counts them`, async (t) => {
    const program = await example.start(backend, ['questions', 'straight']);
    t.deepEqual(await Promise.all([ask(program, 'questions'), ask(program, 'straight')]), [
      answers,
      answers,
    ]);
    const { exitCode, counters } = await program.stop();
    t.is(exitCode, 0);
    t.is(counters.front?.offloaded, 402);
    t.is(counters.totals?.mail_received, 201);
    for (const reactor of Object.values(counters)) {
      t.is(reactor.allocations_after_init, 0);
      t.is(reactor.in_flight, 0);
      t.is(reactor.fibers_live, 0);
    }
  });

  test(`${backend}: a client that leaves before its answer harms nobody`, async (t) => {
    const program = await example.start(backend, ['questions', 'straight']);
    for (let round = 0; round < 20; round += 1) {
      for (const fd of ['questions', 'straight']) {
        const peer = await Peer.connect(program.addresses.get(fd) ?? '');
        peer.socket.write('200000\n');
        peer.reset();
      }
    }
    for (const fd of ['questions', 'straight']) {
      const peer = await Peer.connect(program.addresses.get(fd) ?? '');
      peer.socket.write('10\n');
      t.is(await peer.line(), '4');
      peer.destroy();
    }
    const { exitCode, counters } = await program.stop();
    t.is(exitCode, 0);
    t.is(counters.front?.fibers_live, 0);
  });
}
