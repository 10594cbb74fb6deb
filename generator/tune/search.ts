/**
 * The search: place by place, from what the config has. What it has and every other value of one
 * place are measured side by side in rounds; a value that is better takes the present one's place
 * before the next is looked at. At the end what was found is measured once more beside what the
 * user had, because the best of many is partly the luckiest.
 */
import { type OnProgress, runRounds, type Trial, tried } from '../measure/rounds.ts';
import type { Random } from '../measure/statistics.ts';
import { type Summary, summaryOf } from '../measure/summary.ts';
import { plain, showPath } from '../report/diagnostic.ts';
import { type Place, placesOf, type Value, type Wanted } from './axes.ts';
import type { Built } from './build_variant.ts';
import { bestOf, judge } from './judge.ts';
import type { Better, Figures, Load } from './load.ts';
import { valueText } from './source_text.ts';
import { type Choice, isSameProgram, type Variant, valueAt, withChoice } from './variant.ts';

/** How much may be searched. */
export interface Limits {
  /** Rounds of each contest. */
  rounds: number;
  /** How long a trial takes, as the first has shown. */
  trialMilliseconds: number;
  /** Variants that are built at most. */
  variants: number;
  /** When nothing further begins, on performance.now(). */
  deadlineMilliseconds: number;
}

/** What the search needs of the outside. */
export interface Means extends Wanted {
  load: Load;
  /** The figure that decides. */
  metric: string;
  better: Better;
  /** The only fd that is loaded; undefined: any. */
  fd: string | undefined;
  random: Random;
  /** Makes a variant, or says why there is none. */
  make(choices: readonly Choice[]): Promise<Variant | { reason: string }>;
  /** Builds a variant, or says why it cannot be built. */
  build(variant: Variant): Promise<Built | { failure: string }>;
  onProgress: OnProgress;
}

/** A value that was not measured or does not count, and why. */
export interface LeftOut {
  value: string;
  why: string;
}

/** What came of one place. */
export interface Step extends Summary<Figures> {
  axis: string;
  /** The place, as `reactors.main.wait`. */
  where: string;
  /** The value that was there, with a mark. */
  present: string;
  leftOut: LeftOut[];
  /** Values that looked better and do not count as such: of too few rounds, or they fail more. */
  refused: LeftOut[];
  /** The value that was adopted; null: the present one stays. */
  adopted: string | null;
}

/** A variant that can be loaded. */
export interface Standing {
  variant: Variant;
  built: Built;
}

/** What a search found. */
export interface Found {
  steps: Step[];
  /** Why places were not looked at, if any were not. */
  stopped: string | null;
  /** Places that were not looked at. */
  untried: string[];
  winner: Variant;
  /** The winner once more, beside what the user had, and why it does not hold where it does not;
   * null where nothing was adopted. */
  confirmation: (Summary<Figures> & { holds: boolean; why: string | null }) | null;
}

/** The names of what is compared at the end. */
export const names = { present: 'what you have', winner: 'what was found' } as const;

/** A trial of a variant; without the figure that decides it has none. */
async function trialOf(built: Built, { load, metric }: Means): Promise<Trial<Figures>> {
  const trial = await tried(() => load.run(built));
  if (!('figures' in trial)) return trial;
  const value = trial.figures[metric];
  if (value !== undefined && value > 0) return trial;
  const others = Object.keys(trial.figures).join(', ');
  const discarded =
    value === undefined
      ? `no figure '${plain(metric)}'; there are ${plain(others)}`
      : `${plain(metric)} is ${value}: it has no ratio to another`;
  return { discarded };
}

/** Measures what stands now once, to see whether the load works and how long it takes. */
export async function firstTrial(
  { built }: Standing,
  means: Means,
): Promise<Trial<Figures> & { milliseconds: number }> {
  const begin = performance.now();
  const trial = await trialOf(built, means);
  return { ...trial, milliseconds: performance.now() - begin };
}

/** Measures several programs side by side; the first is the baseline. */
async function contest(
  scenario: string,
  field: readonly (readonly [name: string, built: Built])[],
  means: Means,
  limits: Limits,
): Promise<Summary<Figures>> {
  const contestants = field.map(([name, built]) => ({ name, run: () => trialOf(built, means) }));
  const [results] = await runRounds(
    [{ scenario: { name: scenario }, field: contestants }],
    field[0]?.[0],
    limits,
    means.random,
    means.onProgress,
  );
  if (results === undefined) return { rows: [], noise: null, noisy: false };
  return summaryOf(results, means.metric, means.random);
}

/** The search as far as it is. */
class Search {
  readonly #means: Means;
  readonly #limits: Limits;
  #left: number;

  constructor(means: Means, limits: Limits) {
    this.#means = means;
    this.#limits = limits;
    this.#left = limits.variants;
  }

  /** Why nothing more can be looked at; undefined as long as something can. */
  whyNotOn(): string | undefined {
    if (this.#left === 0) return `the bound of variants (${this.#limits.variants}) is reached`;
    return performance.now() > this.#limits.deadlineMilliseconds ? 'the time is up' : undefined;
  }

  /** Builds what else a place could have, and finds out what the present value is called. */
  async #field(place: Place, now: Standing, leftOut: LeftOut[]) {
    const field = new Map<string, Standing>();
    const written = valueAt(now.variant.value, place.path);
    let present = written === undefined ? 'the default' : valueText(written as Value);
    for (const value of place.values) {
      const name = valueText(value);
      const choices = withChoice(now.variant.choices, { path: place.path, value });
      const variant = await this.#means.make(choices);
      if ('reason' in variant) {
        leftOut.push({ value: name, why: variant.reason });
        continue;
      }
      if (isSameProgram(now.variant.ir, variant.ir)) {
        present = name;
        continue;
      }
      const why = this.whyNotOn();
      if (why !== undefined) {
        leftOut.push({ value: name, why });
        continue;
      }
      this.#left -= 1;
      const built = await this.#means.build(variant);
      if ('failure' in built) leftOut.push({ value: name, why: built.failure });
      else field.set(name, { variant, built });
    }
    return { field, present: `${present} (now)` };
  }

  /** Looks at one place. */
  async step(place: Place, now: Standing): Promise<{ step: Step; next: Standing }> {
    const leftOut: LeftOut[] = [];
    const { field, present } = await this.#field(place, now, leftOut);
    const where = showPath(place.path);
    const common = { axis: place.axis, where, present, leftOut, refused: [], adopted: null };
    if (field.size === 0) {
      return { step: { ...common, rows: [], noise: null, noisy: false }, next: now };
    }
    const built = [...field].map(([name, each]) => [name, each.built] as const);
    const all = [[present, now.built] as const, ...built];
    const summary = await contest(where, all, this.#means, this.#limits);
    const judged = { summary, baseline: present, better: this.#means.better };
    const adopted = bestOf([...field.keys()], judged) ?? null;
    const refused = [...field.keys()].flatMap((value): LeftOut[] => {
      const verdict = judge(value, judged);
      return verdict.isBetter || verdict.why === undefined ? [] : [{ value, why: verdict.why }];
    });
    const next = (adopted === null ? undefined : field.get(adopted)) ?? now;
    return { step: { ...common, ...summary, refused, adopted }, next };
  }

  /** Measures what was found beside what the user had. */
  async confirm(first: Standing, last: Standing): Promise<Found['confirmation']> {
    const field = [[names.present, first.built] as const, [names.winner, last.built] as const];
    // This has its time even when the time is up: without it nothing was found.
    const limits = { ...this.#limits, deadlineMilliseconds: Number.POSITIVE_INFINITY };
    const summary = await contest('all together', field, this.#means, limits);
    const judged = { summary, baseline: names.present, better: this.#means.better };
    const verdict = judge(names.winner, judged);
    if (verdict.isBetter) return { ...summary, holds: true, why: null };
    return { ...summary, holds: false, why: verdict.why ?? 'no better than the noise' };
  }
}

/**
 * Searches.
 *
 * @param first the user's own config, built.
 */
export async function search(first: Standing, means: Means, limits: Limits): Promise<Found> {
  const running = new Search(means, limits);
  const steps: Step[] = [];
  const seen = new Set<string>();
  let now = first;
  let stopped: string | undefined;
  // What was adopted may open a place: level triggers, once epoll is preferred.
  const open = (): Place[] =>
    placesOf(now.variant.config, means, means.fd).filter(({ path }) => !seen.has(showPath(path)));
  for (let [place] = open(); place !== undefined; [place] = open()) {
    stopped = running.whyNotOn();
    if (stopped !== undefined) break;
    seen.add(showPath(place.path));
    const { step, next } = await running.step(place, now);
    steps.push(step);
    now = next;
  }
  const untried = open().map(({ path }) => showPath(path));
  const confirmation = now === first ? null : await running.confirm(first, now);
  return { steps, stopped: stopped ?? null, untried, winner: now.variant, confirmation };
}
