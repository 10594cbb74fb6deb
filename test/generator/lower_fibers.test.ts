/** How fibers are lowered: the stack classes, how many of each, nothing where there are none. */
import test from 'ava';
import { check } from '../../generator/check.ts';
import { lower } from '../../generator/lower.ts';
import type { Ir } from '../../schemas/ir.ts';

function lowered(value: unknown): Ir {
  const { config, diagnostics } = check(value);
  if (config === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return lower(config, { outToConfig: '..' });
}

const feed = {
  name: 'feed',
  reactors: { md: {}, ctl: {} },
  fds: {
    market: { kind: 'tcp', address: '127.0.0.1:9000', on: 'md', handler: 'Book', connections: 4 },
    late: { kind: 'timer', on: 'ctl', after: '1.5s' },
  },
  handlers: './feed.hpp',
};

test('three classes by default, with the stacks that connections and spawned fibers need', (t) => {
  const fiber = { ...feed.fds.market, style: { fiber: 'medium' } };
  const { fibers, reactors } = lowered({ ...feed, fds: { ...feed.fds, market: fiber } });
  t.deepEqual(fibers?.classes, [
    { name: 'large', bytes: 262144, count: 8, waiting: 0 },
    { name: 'medium', bytes: 65536, count: 12, waiting: 0 },
    { name: 'small', bytes: 16384, count: 8, waiting: 0 },
  ]);
  t.is(fibers?.records, 28);
  t.deepEqual(
    reactors.map((reactor) => [reactor.name, reactor.fibers]),
    [
      ['ctl', undefined],
      ['md', 8],
    ],
  );
});

test('declared classes are taken as they are, in whole pages', (t) => {
  const config = {
    ...feed,
    reactors: { ...feed.reactors, ctl: { fibers: 3 } },
    stacks: { tiny: { bytes: 16385, waiting: 2 }, huge: { bytes: '1M', count: 2 } },
  };
  const { fibers } = lowered(config);
  t.deepEqual(fibers?.classes, [
    { name: 'huge', bytes: 2 ** 20, count: 2, waiting: 0 },
    { name: 'tiny', bytes: 20480, count: 3, waiting: 2 },
  ]);
});

test('a program without any has nothing of them', (t) => {
  const ir = lowered({ ...feed, stacks: { small: { bytes: '16K', count: 4 } } });
  t.false('fibers' in ir);
  t.false(ir.reactors.some((reactor) => 'fibers' in reactor));
});
