/** How groups are lowered: spreads by the kind of server, names and cores of instances. */
import test from 'ava';
import { check } from '../../generator/check.ts';
import { checkIr } from '../../generator/check_ir.ts';
import { isStream } from '../../generator/fd_kinds.ts';
import { lower } from '../../generator/lower.ts';
import { instancesOf } from '../../generator/lower_groups.ts';
import type { Ir } from '../../schemas/ir.ts';

function lowered(value: unknown): Ir {
  const { config, diagnostics } = check(value);
  if (config === undefined) throw new Error(JSON.stringify(diagnostics, null, 1));
  return lower(config, { outToConfig: '.' });
}

const server = { kind: 'tcpServer', address: '127.0.0.1:0', on: 'serve', handler: 'Echo' };

const grouped = {
  name: 'grouped',
  reactors: { serve: { count: 3, cores: [4, 5, 6] }, single: {} },
  fds: {
    local: { ...server, kind: 'unixServer', address: '/tmp/grouped.sock' },
    shared: server,
    turns: { ...server, spread: 'round-robin' },
    alone: { ...server, on: 'single' },
    tick: { kind: 'timer', every: '1s', on: 'serve', handler: 'Echo' },
  },
  handlers: './echo.hpp',
};

test('each kind of server has the spread that suits it, and only in a group', (t) => {
  const streams = lowered(grouped).reactors.flatMap(({ fds }) => fds.filter(isStream));
  t.deepEqual(
    streams.map(({ name, spread, options }) => [name, spread, options.reusePort]),
    [
      ['local', 'round-robin', 0],
      ['shared', 'reuseport', 1],
      ['turns', 'round-robin', 0],
      ['alone', undefined, 0],
    ],
  );
});

test('instances are numbered, and each has its core', (t) => {
  const [serve, single] = lowered(grouped).reactors;
  t.deepEqual(serve && instancesOf(serve), [
    { name: 'serve.0', number: 0, core: 4 },
    { name: 'serve.1', number: 1, core: 5 },
    { name: 'serve.2', number: 2, core: 6 },
  ]);
  t.deepEqual(single && instancesOf(single), [{ name: 'single', number: 0, core: undefined }]);
});

test('a count of one is no group', (t) => {
  const { fds, ...rest } = grouped;
  const one = {
    ...rest,
    fds: { shared: fds.shared, alone: fds.alone },
    reactors: { serve: { count: 1 }, single: {} },
  };
  const none = { ...one, reactors: { serve: {}, single: {} } };
  t.deepEqual(lowered(one), lowered(none));
});

test('the representation of a group is a legal input', (t) => {
  const ir = lowered(grouped);
  t.deepEqual(checkIr(JSON.parse(JSON.stringify(ir))), { ir, diagnostics: [] });
});

test('all instances together are within the bound of a program', (t) => {
  const many = { ...grouped, reactors: { serve: { count: 16 }, single: {} } };
  t.deepEqual(
    check(many).diagnostics.map(({ code }) => code),
    ['LOOM1601'],
  );
});

/** The grouped config with other instances. */
function instances(count: unknown): unknown {
  const { local, turns, alone } = grouped.fds;
  const reactors = { serve: { count }, single: {} };
  const dealt = { ...server, connections: 10 };
  return { ...grouped, reactors, fds: { local, turns, alone, dealt } };
}

test('a group that comes and goes hands over, and is crowded at a share of each server', (t) => {
  const [serve] = lowered(instances({ minimum: 2, maximum: 5 })).reactors;
  t.is(serve?.count, 5);
  t.deepEqual(serve?.elastic, { minimum: 2, growPercent: 75, lingerNanoseconds: 10e9 });
  t.deepEqual(
    serve?.fds.filter(isStream).map(({ name, spread, growAt }) => [name, spread, growAt]),
    [
      ['dealt', 'least-inflight', 7],
      ['local', 'round-robin', 48],
      ['turns', 'round-robin', 48],
    ],
  );
});

test('whatever the share, an instance is crowded with one connection at least', (t) => {
  const count = { minimum: 1, maximum: 2, growPercent: 1, linger: '1ms' };
  const [serve] = lowered(instances(count)).reactors;
  t.deepEqual(
    serve?.fds.filter(isStream).map(({ growAt }) => growAt),
    [1, 1, 1],
  );
});

test('a minimum that is the maximum is a fixed group', (t) => {
  t.deepEqual(lowered(instances({ minimum: 3, maximum: 3 })), lowered(instances(3)));
  t.deepEqual(check(instances({ minimum: 1, maximum: 1 })), check(instances(1)));
});

test('the representation of a group that comes and goes is a legal input', (t) => {
  const count = { minimum: 1, maximum: 4, growPercent: 33, linger: '250ms' };
  const ir = lowered(instances(count));
  t.deepEqual(checkIr(JSON.parse(JSON.stringify(ir))), { ir, diagnostics: [] });
});

test('the most instances are within the bound of a program', (t) => {
  t.deepEqual(
    check(instances({ minimum: 1, maximum: 16 })).diagnostics.map(({ code }) => code),
    ['LOOM1601'],
  );
});
