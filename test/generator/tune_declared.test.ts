/**
 * Loads that a config declares, at a real program: two variants are built and searched in a few
 * short rounds, and every kind of load is played. How fast anything is decides nothing here.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { load } from '../../generator/load.ts';
import { Discarded } from '../../generator/measure/child.ts';
import { seeded } from '../../generator/measure/statistics.ts';
import { type Built, buildVariant } from '../../generator/tune/build_variant.ts';
import {
  type DeclaredLoad,
  declaredLoad,
  fallbacksIn,
} from '../../generator/tune/declared_load.ts';
import type { Load } from '../../generator/tune/load.ts';
import { buildLoadGenerator } from '../../generator/tune/load_generator.ts';
import { search } from '../../generator/tune/search.ts';
import { variantOf } from '../../generator/tune/variant.ts';
import { repository } from './workspace.ts';

const measuredMilliseconds = 30;
/** What the kernel counts of a thread's time, where it does. */
const ofProcessors = existsSync('/proc/self/schedstat') ? ['cpu'] : [];
const folder = mkdtempSync(join(tmpdir(), 'loom-tuned-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));

/** Plays what is no echo, and what cannot be played. */
async function playKinds(
  t: ExecutionContext,
  playing: (load: DeclaredLoad) => Load,
  built: Built,
): Promise<void> {
  const sink = { fd: 'local', connections: 2, bytes: 100 } as const;
  const ingest = await playing({ kind: 'ingest', batch: 4, ...sink }).run(built);
  t.true((ingest.rate ?? 0) > 0);
  t.is(ingest.p50, undefined, 'nobody stamps an ingest');
  const paced = await playing({ kind: 'paced', rate: 2000, ...sink }).run(built);
  for (const figure of ofProcessors) t.true((paced[figure] ?? 0) > 0, figure);
  t.is(paced.rate, undefined, 'a paced load has the rate that was asked for');
  const answered = playing({ kind: 'ingest', batch: 4, ...sink, fd: 'tcp' });
  await t.throwsAsync(answered.run(built), { instanceOf: Discarded, message: /a sink answered/ });
  const none = { ...built, executable: null };
  await t.throwsAsync(answered.run(none), { message: /no executable/ });
}

test('a program that falls back to another backend is not taken for the preferred one', (t) => {
  const reason = 'io_uring_setup(2) is forbidden here.';
  t.deepEqual(
    fallbacksIn([
      'loom: reactors.main runs on io_uring (the first declared)',
      `loom: reactors.other runs on epoll (${reason})`,
      'a line of a handler',
    ]),
    [`Where another backend is preferred, reactors.other runs on epoll: ${reason}`],
  );
});

test('declared loads compare real variants, and each kind has its figures', async (t) => {
  t.timeout(600_000);
  const loaded = await load(join(repository, 'test/generator/tuned/loom.config.ts'));
  if (loaded.kind !== 'config') return t.fail();
  const plan = join(folder, 'plan');
  const first = await variantOf(loaded, [], plan);
  if ('diagnostics' in first) return t.fail(first.diagnostics[0]?.message);
  let builds = 0;
  const build = async (variant: typeof first): Promise<Built> => {
    builds += 1;
    const built = await buildVariant(variant, join(folder, String(builds)), true);
    if ('failure' in built) throw new Error(built.failure);
    return built;
  };
  const [generator, built] = await Promise.all([buildLoadGenerator(folder), build(first)]);
  t.truthy(built.executable);
  t.true(existsSync(built.addon ?? ''));
  const declared = first.config.tune?.load;
  if (declared === undefined || declared.kind === 'command') return t.fail();
  const playing = (each: DeclaredLoad) =>
    declaredLoad(each, first.config, generator, measuredMilliseconds);

  const means = {
    load: playing(declared),
    metric: 'p50',
    better: 'lower',
    wanted: ['wait'],
    areNamed: true,
    fd: declared.fd,
    random: seeded(1),
    make: async (choices: Parameters<typeof variantOf>[1]) => {
      const made = await variantOf(loaded, choices, plan);
      return 'diagnostics' in made ? { reason: made.diagnostics[0]?.code ?? '' } : made;
    },
    build,
    onProgress: () => undefined,
  } as const;
  const limits = {
    rounds: 5,
    trialMilliseconds: 100,
    variants: 1,
    deadlineMilliseconds: Number.POSITIVE_INFINITY,
  };
  const { steps, stopped } = await search({ variant: first, built }, means, limits);
  t.is(builds, 2);
  t.is(stopped, null);
  const rows = steps[0]?.rows ?? [];
  t.deepEqual(
    rows.map(({ server }) => server),
    ["'block' (now)", "{ spin: '20us' }", "'block' (now) again"],
  );
  for (const { server, trials, discarded, medians } of rows) {
    t.true(trials > 0, `${server}: ${discarded[0]?.why}`);
    for (const figure of ['rate', 'p50', 'p99', ...ofProcessors]) {
      t.true((medians[figure] ?? 0) > 0, figure);
    }
  }

  await playKinds(t, playing, built);
  const left = readdirSync(tmpdir()).filter((name) => name.startsWith(`loom-tune-${process.pid}-`));
  t.deepEqual(left, [], 'no socket stays');
});
