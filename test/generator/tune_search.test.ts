/**
 * The search of `loomgen tune` with loads that are functions: what is adopted, what is left out and
 * why, and where it ends. Nothing is built or measured.
 */
import { join } from 'node:path';
import test from 'ava';
import { load } from '../../generator/load.ts';
import { Discarded } from '../../generator/measure/child.ts';
import { seeded } from '../../generator/measure/statistics.ts';
import { axisNames, placesOf } from '../../generator/tune/axes.ts';
import type { Figures } from '../../generator/tune/load.ts';
import { type Limits, type Means, search } from '../../generator/tune/search.ts';
import {
  type Choice,
  type LoadedConfig,
  type Variant,
  valueAt,
  variantOf,
} from '../../generator/tune/variant.ts';
import { repository } from './workspace.ts';

const folder = '/nowhere/plan';
const limits: Limits = {
  rounds: 7,
  trialMilliseconds: 1,
  variants: 100,
  deadlineMilliseconds: Number.POSITIVE_INFINITY,
};

/** The echo example, and the variant that it is itself. */
async function loadEcho(): Promise<{ loaded: LoadedConfig; first: Variant }> {
  const loaded = await load(join(repository, 'examples/echo/loom.config.ts'));
  if (loaded.kind !== 'config') throw new Error('the example is no config');
  const first = await variantOf(loaded, [], folder);
  if ('diagnostics' in first) throw new Error('the example has mistakes');
  return { loaded, first };
}

const echo = loadEcho();

/** How a variant is loaded: what it has at a path, and a noise that is other in each trial. */
type Play = (at: (...path: string[]) => unknown, noise: number) => Figures;

/** Searches the echo example. */
async function searched(play: Play, wanted: readonly string[], differences: Partial<Means> = {}) {
  const { loaded, first } = await echo;
  const random = seeded(7);
  const variants = new Map<string, Variant>([['0', first]]);
  const means: Means = {
    load: {
      about: 'a function',
      metric: 'p50',
      hasUnits: false,
      remarks: new Set<string>(),
      run: async ({ out }) =>
        play((...path) => valueAt(variants.get(out)?.value, path), 1 + random() / 1000),
    },
    metric: 'p50',
    better: 'lower',
    wanted,
    areNamed: false,
    fd: 'tcp',
    random: seeded(1),
    make: async (choices) => {
      const made = await variantOf(loaded, choices, folder);
      return 'diagnostics' in made ? { reason: made.diagnostics[0]?.code ?? '' } : made;
    },
    build: async (variant) => {
      const out = String(variants.size);
      variants.set(out, variant);
      return { out, addon: null, executable: null };
    },
    onProgress: () => undefined,
    ...differences,
  };
  const built = { out: '0', addon: null, executable: null };
  return { first: { variant: first, built }, means };
}

/** Searches with the usual limits, but for some. */
async function found(play: Play, wanted: readonly string[], own: Partial<Limits & Means> = {}) {
  const { first, means } = await searched(play, wanted, own);
  return search(first, means, { ...limits, ...own });
}

const isBlock = (at: Parameters<Play>[0]): boolean => at('reactors', 'main', 'wait') === 'block';

test('what is better is adopted and stands when the next place is looked at', async (t) => {
  const play: Play = (at, noise) => {
    const isOneshot = at('fds', 'tcp', 'receive', 'strategy') === 'oneshot';
    // Only together with `block` a oneshot is better.
    return { p50: noise * (isBlock(at) ? (isOneshot ? 5 : 8) : isOneshot ? 20 : 10) };
  };
  const { steps, winner, confirmation } = await found(play, ['wait', 'read']);
  t.deepEqual(
    steps.map(({ where, present, adopted }) => [where, present, adopted]),
    [
      ['reactors.main.wait', "{ spin: '20us' } (now)", "'block'"],
      ['fds.tcp.receive.strategy', "'multishot' (now)", "'oneshot'"],
    ],
  );
  t.deepEqual(winner.choices, [
    { path: ['reactors', 'main', 'wait'], value: 'block' },
    { path: ['fds', 'tcp', 'receive', 'strategy'], value: 'oneshot' },
  ]);
  t.true(confirmation?.holds);
});

test('equals are told from nothing: what you have stays', async (t) => {
  const { steps, winner, confirmation } = await found((_at, noise) => ({ p50: noise }), ['wait']);
  t.is(steps[0]?.rows.length, 5, 'four values, and the present one twice');
  t.is(steps[0]?.adopted, null);
  t.deepEqual(winner.choices, []);
  t.is(confirmation, null);
});

test('more is better where it is said', async (t) => {
  const play: Play = (at, noise) => ({ rate: noise * (isBlock(at) ? 2 : 1) });
  const rate = { metric: 'rate', better: 'higher' } as const;
  t.is((await found(play, ['wait'], rate)).steps[0]?.adopted, "'block'");
  const lower = { metric: 'rate', better: 'lower' } as const;
  t.is((await found(play, ['wait'], lower)).steps[0]?.adopted, null);
});

test('what was only lucky is not confirmed', async (t) => {
  let trials = 0;
  const play: Play = (at, noise) => {
    trials += 1;
    // The first contest has 35 trials.
    return { p50: noise * (isBlock(at) && trials <= 35 ? 0.5 : 1) };
  };
  const { steps, confirmation } = await found(play, ['wait']);
  t.is(steps[0]?.adopted, "'block'");
  t.false(confirmation?.holds);
});

test('what check refuses and what does not compile is left out with the reason', async (t) => {
  const crowded = { path: ['fds', 'tcp', 'connections'], value: 5000 };
  const { first, means } = await searched((_at, noise) => ({ p50: noise }), ['read'], {
    make: async (choices) => {
      // More connections than may be received directly.
      const { loaded } = await echo;
      const made = await variantOf(loaded, [crowded, ...choices], folder);
      return 'diagnostics' in made ? { reason: made.diagnostics[0]?.code ?? '' } : made;
    },
  });
  const { steps } = await search(first, means, limits);
  t.deepEqual(steps[0]?.leftOut, [{ value: "'direct'", why: 'LOOM1601' }]);
  const failure = 'LOOM2008: The C++ does not compile: no';
  const broken = { ...means, build: async () => ({ failure }) };
  const { steps: none } = await search(first, broken, limits);
  t.deepEqual(none[0]?.leftOut, [
    // With so many connections the present value is another program than the first.
    { value: "'multishot'", why: failure },
    { value: "'bundle'", why: failure },
    { value: "'oneshot'", why: failure },
    { value: "'direct'", why: 'LOOM1601' },
  ]);
  t.is(none[0]?.rows.length, 0);
});

test('a trial that fails is discarded, counted, and of too few nothing follows', async (t) => {
  let blocks = 0;
  const play: Play = (at, noise) => {
    if (!isBlock(at)) return { p50: noise };
    blocks += 1;
    if (blocks > 4) throw new Discarded('it fell over');
    return { p50: noise / 2 };
  };
  const { steps } = await found(play, ['wait']);
  const row = steps[0]?.rows.find(({ server }) => server === "'block'");
  t.is(row?.trials, 4);
  t.deepEqual(row?.discarded[0], { round: 4, why: 'it fell over' });
  t.is(steps[0]?.adopted, null, 'four trials are no evidence');
});

/** Searches where trials fail, as `fails` says by what is played and how often it was before. */
async function foundFailing(fails: (isFast: boolean, trial: number) => boolean) {
  const played = { true: 0, false: 0 };
  const play: Play = (at, noise) => {
    const isFast = isBlock(at);
    played[`${isFast}`] += 1;
    if (fails(isFast, played[`${isFast}`])) throw new Discarded('it fell over');
    return { p50: isFast ? noise / 2 : noise };
  };
  const make = async (choices: readonly Choice[]) => {
    const isOther = choices.some(({ value }) => value !== 'block');
    const made = isOther
      ? { reason: 'not here' }
      : await variantOf((await echo).loaded, choices, folder);
    return 'diagnostics' in made ? { reason: 'wrong' } : made;
  };
  return found(play, ['wait'], { make });
}

test('rounds count where both have held, however many trials each has', async (t) => {
  // Of 7 rounds the baseline, which is played twice in each, has figures in the first few alone.
  const { steps, winner } = await foundFailing((isFast, trial) => !isFast && trial > 5);
  t.is(steps[0]?.rows.find(({ server }) => server === "'block'")?.trials, 7);
  t.is(steps[0]?.adopted, null);
  t.regex(steps[0]?.refused[0]?.why ?? '', /^better, but rounds that held .*: [0-4] of 5$/);
  t.deepEqual(winner.choices, []);
});

test('what fails more often than the present is not adopted, however fast it is', async (t) => {
  const { steps } = await foundFailing((isFast, trial) => isFast && trial > 5);
  t.is(steps[0]?.adopted, null);
  const why = 'better, but of 7 trials 2 failed, and 0 of the default (now)';
  t.deepEqual(steps[0]?.refused, [{ value: "'block'", why }]);
});

test('what fails more often only at the end is not confirmed', async (t) => {
  const { steps, confirmation } = await foundFailing((isFast, trial) => isFast && trial > 12);
  t.is(steps[0]?.adopted, "'block'");
  t.false(confirmation?.holds);
  t.regex(confirmation?.why ?? '', /^better, but of 7 trials 2 failed/);
});

test('a figure that is not there or is nothing discards its trial', async (t) => {
  const play: Play = (at) => (isBlock(at) ? { p50: 0 } : { other: 1 });
  const { steps } = await found(play, ['wait']);
  const whys = new Set(steps[0]?.rows.flatMap(({ discarded }) => discarded.map(({ why }) => why)));
  t.deepEqual([...whys].sort(), [
    "no figure 'p50'; there are other",
    'p50 is 0: it has no ratio to another',
  ]);
});

test('a search ends at its bound of variants and at its time, and says what it left', async (t) => {
  const play: Play = (_at, noise) => ({ p50: noise });
  const bound = 'the bound of variants (2) is reached';
  const few = await found(play, ['wait', 'read'], { variants: 2 });
  t.is(few.stopped, bound);
  t.deepEqual(few.untried, ['fds.tcp.receive.strategy']);
  t.deepEqual(few.steps[0]?.leftOut, [{ value: "'spin'", why: bound }]);
  const late = await found(play, ['wait'], { deadlineMilliseconds: 0 });
  t.is(late.stopped, 'the time is up');
  t.deepEqual(late.untried, ['reactors.main.wait']);
});

test('a choice opens the places that it makes possible', async (t) => {
  const play: Play = (at, noise) => {
    const [first] = (at('backends', 'linux') as string[] | undefined) ?? [];
    return { p50: noise * (first === 'epoll' ? 1 : 2) };
  };
  const { steps } = await found(play, ['backend', 'trigger']);
  t.deepEqual(
    steps.map(({ where, adopted }) => [where, adopted]),
    [
      ['backends.linux', "['epoll', 'io_uring']"],
      ['fds.tcp.trigger', null],
    ],
  );
});

test('a backend that the config leaves out is tried only by name', async (t) => {
  const { loaded } = await echo;
  const valuesOf = async (linux: readonly string[], areNamed: boolean) => {
    const choice = { path: ['backends', 'linux'], value: linux };
    const made = await variantOf(loaded, [choice], folder);
    if ('diagnostics' in made) throw new Error('no such variant');
    const places = placesOf(made.config, { wanted: ['backend'], areNamed }, 'tcp');
    return places.flatMap(({ values }) => values);
  };
  t.deepEqual(await valuesOf(['epoll'], false), []);
  const both = [['io_uring', 'epoll'], ['epoll']];
  t.deepEqual(await valuesOf(['epoll'], true), both);
  t.deepEqual(await valuesOf(['epoll', 'io_uring'], false), [
    ['io_uring', 'epoll'],
    ['epoll', 'io_uring'],
  ]);
});

test('every axis has a value that the schema takes somewhere', async (t) => {
  const { loaded } = await echo;
  const path = ['fds', 'tcp', 'style'];
  const epoll = { path: ['backends', 'linux'], value: ['epoll'] };
  const choices = [{ path, value: { fiber: 'small' } }, epoll];
  const rich = await variantOf(loaded, choices, folder);
  if ('diagnostics' in rich) return t.fail(rich.diagnostics[0]?.message);
  const places = placesOf(rich.config, { wanted: axisNames, areNamed: true }, undefined);
  t.deepEqual([...new Set(places.map(({ axis }) => axis))], [...axisNames]);
  for (const { path: at, values } of places) {
    const made = await Promise.all(
      values.map((value) => variantOf(loaded, [...choices, { path: at, value }], folder)),
    );
    const wrong = made.flatMap((each) => ('diagnostics' in each ? each.diagnostics : []));
    t.deepEqual(
      wrong.filter(({ code }) => code !== 'LOOM1601').map(({ message }) => message),
      [],
    );
  }
});
