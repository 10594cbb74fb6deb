/**
 * A report without a measurement: every scenario, a dozen servers, noise, discarded trials, and
 * names and reasons that would be markup if they were not escaped. It is the same each time.
 */

import { type Report, sectionOf } from '../report.ts';
import { again } from '../../../generator/measure/rounds.ts';
import { type Scenario, scenarios } from '../scenarios.ts';
import { type Random, seeded } from '../../../generator/measure/statistics.ts';
import type { Trial } from '../trial.ts';

/** What a hostile peer may be called, as far as the command line lets it. */
export const hostileName = `<script>alert('x')</script>&"]]>\u0007`;

/** What a hostile peer may die with. */
export const hostileReason = '</style></svg><img src=x onerror=alert(1)> & more';

const baseline = 'loom-block-io_uring';

/** By server, its time over the baseline's. */
const pace: Readonly<Record<string, number>> = {
  [baseline]: 1,
  'loom-block-epoll': 1.06,
  'loom-block-fiber-io_uring': 1.02,
  'loom-block-fiber-epoll': 1.08,
  'loom-spin-io_uring': 0.44,
  'loom-spin-epoll': 0.62,
  'loom-direct-io_uring': 0.41,
  'recv-spin': 0.4,
  'epoll-block': 1.04,
  'liburing-oneshot': 1.3,
  'asio-coroutines': 1.45,
  'node-net': 3.4,
  tokio: 1.12,
  [hostileName]: 1.2,
};

const rounds = 7;

/** One trial of a server that takes `factor` of the baseline's time. */
function trialOf(scenario: Scenario, factor: number, noise: number, random: Random): Trial {
  const wobble = 1 + (random() - 0.5) * noise;
  const p50 = 16_000 * factor * wobble * Math.max(1, scenario.connections / 8);
  const times = { p50, p90: p50 * 1.2, p99: p50 * 2, p999: p50 * (4 + random()), max: p50 * 40 };
  const figures = {
    rate: (scenario.rate ?? (250_000 * Math.log2(scenario.connections + 1)) / factor) * wobble,
    ...(scenario.load !== 'ingest' && times),
    ...(scenario.name !== 'round-trip-unix' && { syscallsPerMessage: 2 * factor ** 4 }),
    ...(scenario.load === 'paced' && { generatorP99: 900 + 100 * random() }),
    ...(scenario.transport === 'udp' && { loss: 0.004 }),
  };
  return { figures };
}

/** The trials of one scenario; one server loses a trial, and one all of them. */
function trialsOf(scenario: Scenario, random: Random): Map<string, Trial[]> {
  const noise = scenario.name === 'echo-8x1-64' ? 0.3 : 0.03;
  const servers = Object.entries(pace).filter(
    ([name]) => scenario.connections <= 8 || !name.includes('direct'),
  );
  return new Map(
    [...servers, [again(baseline), 1] as const].map(([name, factor]) => [
      name,
      Array.from({ length: rounds }, (_, round): Trial => {
        if (name === 'tokio' && scenario.name === 'ingest-8') return { discarded: hostileReason };
        if (name === 'epoll-block' && round === 2) {
          return { discarded: 'the server ended (exit 9) under load' };
        }
        return trialOf(scenario, factor, noise, random);
      }),
    ]),
  );
}

/** The report. */
export function fakeReport(): Report {
  const random = seeded(7);
  return {
    command: 'npm run bench -- --seed 7',
    machine: {
      kernel: '6.18.5',
      processor: 'A Processor <of> 2 GHz',
      cores: 2,
      loadAverage: 0.31,
      compiler: 'c++ (Debian 12.2.0-14) 12.2.0',
      node: 'v20.20.0',
      date: '2026-01-02T03:04:05.678Z',
    },
    seed: 7,
    rounds,
    measuredMilliseconds: 500,
    remarks: ['Left out: monoio, which cannot be built: cargo is not here & nowhere else'],
    sections: scenarios.map((scenario) =>
      sectionOf({ scenario, baseline, trials: trialsOf(scenario, random) }, random),
    ),
  };
}
