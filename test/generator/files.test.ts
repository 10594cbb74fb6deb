/** Files from the config to the emitted code: whose members they are, and what C++ is told. */
import test from 'ava';
import { check } from '../../generator/check.ts';
import { checkIr } from '../../generator/check_ir.ts';
import { defineLoom, file, timer } from '../../generator/define.ts';
import { lower } from '../../generator/lower.ts';
import { render } from '../../generator/render.ts';

const config = defineLoom({
  name: 'feed',
  reactors: { main: { fibers: 2 }, other: {} },
  fds: {
    blocks: file('fd:3', {
      on: 'main',
      mode: 'readWrite',
      direct: true,
      buffers: { bytes: '64K', count: 4 },
    }),
    journal: file('./journal.log', {
      on: 'main',
      handler: 'Journal',
      mode: 'append',
      create: true,
      permissions: 0o600,
      operations: 2,
    }),
    beat: timer({ on: 'main', handler: 'Beat', every: '1s' }),
    tick: timer({ on: 'other', handler: 'Tick', every: '1s' }),
  },
  handlers: './feed.hpp',
});

function lowered() {
  const { config: checked, diagnostics } = check(config);
  if (checked === undefined) throw new Error(JSON.stringify(diagnostics));
  return lower(checked, { outToConfig: '..' });
}

test('a file without a handler of its own is of the first handler of its reactor', (t) => {
  const [, blocks, journal] = lowered().reactors[0]?.fds ?? [];
  t.like(blocks, {
    kind: 'file',
    handler: 'Beat',
    direct: 1,
    buffers: { bytes: 65536, count: 4, memory: 0 },
  });
  t.like(journal, { handler: 'Journal', mode: 'append', create: 1, inFlight: 2 });
});

test('each handler of the reactor has its files, opened before it starts', (t) => {
  const files = render(lowered());
  const handlers = files.get('include/feed/handlers.hpp') ?? '';
  t.is(handlers.match(/loom::File journal;/g)?.length, 2);
  t.is(handlers.match(/loom::File blocks;/g)?.length, 2);
  const reactor = files.get('src/main.hpp') ?? '';
  t.true(reactor.includes('files_.journal.start(this->core_, this->backend_, run)'));
  t.true(reactor.includes('handlers_.beat.journal = files_.journal.handle();'));
  t.true(reactor.includes('memories = 1;'));
  const fds = files.get('include/feed/fds.hpp') ?? '';
  t.true(fds.includes('.mode = loom::FileMode::append,'));
  t.true(fds.includes('.permissions = 0600,'));
  t.true((files.get('map.txt') ?? '').includes('fds.blocks buffers'));
  t.false((files.get('src/other.hpp') ?? '').includes('files_'));
});

test('the representation of files is a legal input and means the same', (t) => {
  const { ir, diagnostics } = checkIr(JSON.parse(JSON.stringify(lowered())));
  t.deepEqual(diagnostics, []);
  t.deepEqual(ir, lowered());
});
