/** What JavaScript does while nothing comes: it looks in every turn, for some turns, or sleeps. */
import test from 'ava';
import { ReactorLink, type JavaScriptWait } from '../../templates/bindings/reactor.ts';
import { startSample } from './sample_program.ts';
import { nextTurn } from './simulated_reactor.ts';

const armedWord = 64 / 4;
const turnsMany = 50;

/** A link of the sample, and whether it sleeps. */
function linkWith(wait: JavaScriptWait | undefined) {
  const { reactor } = startSample();
  const memory = new SharedArrayBuffer(reactor.descriptor.sharedBytes);
  const link = new ReactorLink(reactor.descriptor, memory, { wake: () => undefined, wait });
  const words = new Int32Array(memory);
  link.attach();
  link.begin();
  return { link, sleeps: () => Atomics.load(words, armedWord) === 1 };
}

/** Turns of the event loop until a link sleeps; at most `turnsMany`. */
async function turnsUntilAsleep(wait: JavaScriptWait | undefined): Promise<number> {
  const { link, sleeps } = linkWith(wait);
  let turns = 0;
  while (!sleeps() && turns < turnsMany) {
    await nextTurn();
    turns += 1;
  }
  link.end();
  return turns;
}

test('it sleeps after as many empty turns as it was told, or never', async (t) => {
  const wake = await turnsUntilAsleep('wake');
  t.true(wake <= 2, String(wake));
  t.is(await turnsUntilAsleep({ idleTurns: 0 }), wake);
  t.is(await turnsUntilAsleep({ idleTurns: 10 }), wake + 10);
  t.is(await turnsUntilAsleep(undefined), wake + 4);
  t.is(await turnsUntilAsleep('spin'), turnsMany);
});

test('what means nothing is refused', (t) => {
  const message = /^wait is 'spin', 'wake' or \{ idleTurns: a number from 0 on \}, not /;
  for (const wrong of [{ idleTurns: -1 }, { idleTurns: Number.NaN }, {}, 'block']) {
    t.throws(() => void linkWith(wrong as JavaScriptWait), { instanceOf: RangeError, message });
  }
});
