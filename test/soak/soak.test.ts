/** The long run, bounded: ten seconds of it on each backend; and that it can fail. */

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { backends } from '../bindings/built_program.ts';
import { requestProofs } from './requests.ts';
import { growthOf, type Sample, settled } from './flatness.ts';
import { type Soaked, soak, soakProofs } from './soak.ts';

const run = promisify(execFile);
const seconds = 10;
const boundedRequests = { requests: 40_000, backend: 'io_uring' } as const;

for (const backend of backends) {
  test.serial(`${backend}: memory stays and every message is accounted for`, async (t) => {
    t.timeout(300_000);
    const proofs = soakProofs(await soak({ seconds, backend, seed: 5 }));
    for (const { promise, measured, bound, verdict } of proofs) {
      t.is(verdict, 'ok', `${promise}: ${measured}; ${bound}`);
    }
  });
}

test.serial('requests of JavaScript leave no memory behind', async (t) => {
  t.timeout(300_000);
  for (const { promise, measured, bound, verdict } of await requestProofs(boundedRequests)) {
    t.is(verdict, 'ok', `${promise}: ${measured}; ${bound}`);
  }
});

/** Samples of a heap that grows by so many bytes from one to the next, with saw teeth upon it. */
const samplesOf = (step: number): Sample[] =>
  Array.from({ length: 40 }, (_, n) => ({
    messages: n * 1000,
    heapUsed: 8_000_000 + n * step + (n % 3) * 100_000,
    external: 2_000_000,
    rss: 60_000_000,
  }));

test('a line goes through samples, whatever their teeth are', (t) => {
  t.true(Math.abs(growthOf(samplesOf(0), 'heapUsed')) < 50_000);
  const climbed = growthOf(samplesOf(10_000), 'heapUsed');
  t.true(Math.abs(climbed - 390_000) < 50_000, String(climbed));
  t.is(growthOf(samplesOf(10_000), 'external'), 0);
  t.is(settled(samplesOf(0)).length, 30);
  t.throws(() => growthOf(samplesOf(0).slice(0, 3), 'rss'), { message: /run for longer$/ });
});

const held: Soaked = {
  samples: samplesOf(0),
  sent: {
    handled: { messages: 100, connections: 3 },
    delivered: { messages: 50, connections: 2 },
  },
  counted: {
    ...{ handled: { read: 90, dropped: 10 }, delivered: { read: 50 }, disordered: 0 },
    ...{ received: 150, connected: 5, allocations: 0 },
  },
};

/** The promises that a run did not keep. */
const broken = (soaked: Soaked): string[] =>
  soakProofs(soaked).flatMap(({ promise, verdict }) => (verdict === 'FAIL' ? [promise] : []));

test('a run fails where memory grows or a message is not accounted for', (t) => {
  t.deepEqual(broken(held), []);
  t.deepEqual(broken({ ...held, samples: samplesOf(30_000) }), ['heapUsed stays']);
  const { counted } = held;
  const lost = { ...counted, handled: { read: 89, dropped: 10 } };
  t.deepEqual(broken({ ...held, counted: lost }), ['a channel: sent = read + dropped']);
  t.deepEqual(broken({ ...held, counted: { ...counted, delivered: { read: 51 } } }), [
    'a stream: sent = read',
  ]);
  t.deepEqual(broken({ ...held, counted: { ...counted, disordered: 1 } }), ['in order']);
  t.deepEqual(broken({ ...held, counted: { ...counted, allocations: 1 } }), [
    'allocations of the reactor',
  ]);
  t.deepEqual(broken({ ...held, counted: { ...counted, connected: 4 } }), [
    "the reactor's own counts",
  ]);
});

test('options that mean nothing are refused', async (t) => {
  const script = fileURLToPath(new URL('./main.ts', import.meta.url));
  const refused = run(process.execPath, ['--import=tsx', script, '--seconds', '3']);
  const error = (await t.throwsAsync(refused)) as Error & { code: number; stderr: string };
  t.is(error.code, 2);
  t.regex(error.stderr, /--seconds takes a whole number from 10 on, not '3'\n/);
});
