/** Pools in the IR: their order, who submits to them, and the pool that nobody declared. */
import test from 'ava';
import { check } from '../../generator/check.ts';
import { lower } from '../../generator/lower.ts';
import { implicitPool, lowerPools, lowerReactorPools } from '../../generator/lower_pools.ts';
import { raise } from '../../generator/raise.ts';
import type { CheckedConfig } from '../../schemas/config.ts';

const server = (on: string, port: number, more: object = {}) => ({
  kind: 'tcpServer',
  address: `127.0.0.1:${port}`,
  on,
  ...more,
});

const crowd = {
  name: 'crowd',
  reactors: { a: { blocking: 'slow', mailbox: 16 }, b: {} },
  pools: {
    slow: { kind: 'pool', threads: 1, queue: 8 },
    crunch: { kind: 'pool', threads: 3, cores: [4, 6, 5] },
  },
  fds: { asked: server('a', 7001, { handler: 'Asked' }), plain: server('b', 7002) },
  handlers: './crowd.hpp',
};

function checked(value: unknown): CheckedConfig {
  const { config, diagnostics } = check(value);
  if (config === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return config;
}

test('pools are numbered by name, and handlers submit to all of them', (t) => {
  const ir = lower(checked(crowd), { outToConfig: '.' });
  t.deepEqual(ir.pools, [
    { name: 'crunch', index: 0, threads: 3, cores: [4, 6, 5], queueEntries: 256 },
    { name: 'slow', index: 1, threads: 1, cores: [], queueEntries: 8 },
  ]);
  const [a, b] = ir.reactors;
  const last = Math.max(...Object.values(a?.fds[0]?.operations ?? {}));
  t.deepEqual(a?.offloads, [
    { pool: 'crunch', operation: last + 1, slots: 259 },
    { pool: 'slow', operation: last + 2, slots: 9 },
  ]);
  t.is(a?.blockingPool, 1);
  t.is(a?.mailboxEntries, 16);
  t.is(b?.offloads, undefined, 'it has no handler');
  t.is(b?.blockingPool, undefined, 'nothing on it needs a pool');
});

test('a program without pools says nothing of them', (t) => {
  const { pools, reactors, ...rest } = crowd;
  t.is(Object.keys(pools).length, 2);
  const plain = {
    ...rest,
    reactors: Object.fromEntries(Object.keys(reactors).map((r) => [r, {}])),
  };
  const ir = lower(checked(plain), { outToConfig: '.' });
  t.false('pools' in ir);
  for (const reactor of ir.reactors) {
    for (const key of ['offloads', 'blockingPool', 'mailboxEntries']) t.false(key in reactor);
  }
});

test('fibers bring a pool for what blocks, the first declared one or one of its own', (t) => {
  const config = checked({ ...crowd, reactors: { a: {}, b: {} } });
  const asked = config.fds.asked;
  if (asked === undefined || asked.kind === 'timer') return t.fail('fds.asked is a server');
  const fibers = { ...config, fds: { ...config.fds, asked: { ...asked, style: { fiber: 's' } } } };
  t.is(lowerReactorPools('a', fibers, true, 20).blockingPool, 0);
  t.is(lowerReactorPools('b', fibers, false, 20).blockingPool, undefined);
  const alone = { ...fibers, pools: {} };
  t.deepEqual(lowerPools(alone), [
    { name: implicitPool, index: 0, threads: 2, cores: [], queueEntries: 256 },
  ]);
  t.deepEqual(lowerReactorPools('a', alone, true, 20), { blockingPool: 0 });
});

test('an IR with pools raises to the config that it came from', (t) => {
  const ir = lower(checked(crowd), { outToConfig: '.' });
  t.deepEqual(lower(checked(raise(ir)), { outToConfig: '.' }), ir);
});
