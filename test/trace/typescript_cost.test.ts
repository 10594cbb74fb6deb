/**
 * What a zone of TypeScript costs while no addon with tracing is loaded: the same function with and
 * without one, in turns. The figure is shown (`npx ava test/trace/typescript_cost.test.ts`); no
 * test depends on it.
 */
import test from 'ava';
import {
  registerZones,
  zoneBegin,
  zoneEnd,
  zoneOpen,
} from '../../templates/trace/bindings/trace.ts';

const rounds = 15;
const calls = 1_000_000;
const zone = registerZones('cost.ts', [['step', 1, 0]]);

const step = (value: number): number => (Math.imul(value, 31) + 7) | 0;

const traced = (value: number): number => {
  const before = zoneBegin(zone);
  try {
    return (Math.imul(value, 31) + 7) | 0;
  } finally {
    zoneEnd(before);
  }
};

const suspendable = (value: number): number => {
  const open = zoneOpen(zone);
  try {
    return (Math.imul(value, 31) + 7) | 0;
  } finally {
    open.pause();
  }
};

/** Nanoseconds a call. */
function timed(action: (value: number) => number): { cost: number; result: number } {
  let result = 1;
  const begin = process.hrtime.bigint();
  for (let call = 0; call < calls; call += 1) result = action(result);
  return { cost: Number(process.hrtime.bigint() - begin) / calls, result };
}

test('a zone costs little before there is an addon', (t) => {
  const differences: [plain: number, waiting: number][] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [plain, zoned, waiting] = [timed(step), timed(traced), timed(suspendable)];
    t.is(zoned.result, plain.result);
    t.is(waiting.result, plain.result);
    differences.push([zoned.cost - plain.cost, waiting.cost - plain.cost]);
  }
  const median = (of: 0 | 1): number =>
    differences.map((each) => each[of]).sort((one, other) => one - other)[rounds >> 1] ?? 0;
  t.log(`a zone: ${median(0).toFixed(2)} ns; of a function that waits: ${median(1).toFixed(2)} ns`);
});
