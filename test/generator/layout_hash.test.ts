/** The hash of a program's layout: different where addon and bindings would misread each other. */
import test from 'ava';
import { layoutHash } from '../../generator/layout_hash.ts';
import { render } from '../../generator/render.ts';
import type { Ir } from '../../schemas/ir.ts';
import { sampleIr } from './ir_sample.ts';

/** The hash of the sample with a change made to it. */
function hashWith(change: (ir: Ir) => void): string {
  const ir = structuredClone(sampleIr());
  change(ir);
  return layoutHash(ir);
}

/** The stream fd `control` of the sample. */
function control(ir: Ir) {
  const fd = ir.reactors[0]?.fds[0];
  if (fd?.kind !== 'unixServer') throw new Error('the sample has another first fd');
  return fd;
}

const whole = layoutHash(sampleIr());

const differences: Record<string, (ir: Ir) => void> = {
  'two fields of one size trade places': (ir) => {
    const [, , bid, ratio] = ir.messages[0]?.fields ?? [];
    if (bid === undefined || ratio === undefined) throw new Error('the sample lost its fields');
    [bid.offset, ratio.offset] = [ratio.offset, bid.offset];
  },
  'a field has another type of the same size': (ir) => {
    Object.assign(ir.messages[0]?.fields[2] ?? {}, { type: 'u64' });
  },
  'a decimal has other places': (ir) => {
    Object.assign(ir.structs?.[0]?.fields[0]?.type ?? {}, { scale: 7 });
  },
  'a value of an enumeration has another code': (ir) => {
    Object.assign(ir.enumerations?.[0]?.values[0] ?? {}, { code: 2 });
  },
  'two fds trade numbers': (ir) => {
    const [first, second] = ir.reactors[0]?.fds ?? [];
    if (first === undefined || second === undefined) throw new Error('the sample lost its fds');
    [first.index, second.index] = [second.index, first.index];
  },
  'an fd is another kind': (ir) => Object.assign(control(ir), { kind: 'tcpServer' }),
  'a framing is another': (ir) => Object.assign(control(ir), { framing: { kind: 'raw' } }),
  'an fd goes to C++ instead of JavaScript': (ir) => Object.assign(control(ir), { handler: 'H' }),
  'the reactors are in another order': (ir) => ir.reactors.reverse(),
  'a reactor has instances': (ir) => Object.assign(ir.reactors[0] ?? {}, { count: 2 }),
  'a ring lies elsewhere': (ir) => Object.assign(ir.reactors[0]?.shared ?? {}, { inboxOffset: 8 }),
  'a channel is filled otherwise': (ir) => {
    const channel = ir.reactors.flatMap(({ channels }) => channels)[0];
    if (channel === undefined) throw new Error('the sample lost its channel');
    channel.full = channel.full === 'conflate' ? 'drop-newest' : 'conflate';
  },
};

for (const [name, change] of Object.entries(differences)) {
  test(`it differs when ${name}`, (t) => {
    t.regex(hashWith(change), /^[0-9a-f]{16}$/);
    t.not(hashWith(change), whole);
  });
}

test('it stays when only what neither side reads of the other changes', (t) => {
  t.is(
    hashWith((ir) => {
      control(ir).address = '/tmp/elsewhere.sock';
      control(ir).options.backlog = 1;
      ir.config = '../loom.config.ts';
      for (const type of [...ir.messages, ...(ir.structs ?? [])]) type.doc = 'Another sentence.';
    }),
    whole,
  );
  const reordered = Object.fromEntries(Object.entries(sampleIr()).reverse()) as unknown as Ir;
  reordered.messages = reordered.messages.map(
    (each) => Object.fromEntries(Object.entries(each).reverse()) as unknown as typeof each,
  );
  t.is(layoutHash(reordered), whole, 'the order of keys means nothing');
});

test('the emitted C++ and TypeScript have the same hash', (t) => {
  const files = render(sampleIr());
  t.true(files.get('src/program.cpp')?.includes(`.layout = "${whole}"`));
  t.true(files.get('bindings/descriptor.ts')?.includes(`layout: '${whole}',`));
});
