/** The servers of the benchmark as contests, which `generator/measure/rounds.ts` plays. */

import type * as measured from '../../generator/measure/rounds.ts';
import { modeOf, type Scenario, type Subject } from './scenarios.ts';
import type { Server } from './server.ts';
import { type Figures, runTrial, type Setting } from './trial.ts';

/** Whom a scenario compares. */
export type Contest = measured.Contest<Subject, Figures>;

/** Who is compared under a scenario, and what came of it. */
export type Results = measured.Results<Subject, Figures>;

/** Whether a server can be loaded like that. */
export function takesPart(server: Omit<Server, 'command'>, scenario: Scenario): boolean {
  return (
    server.modes.includes(modeOf(scenario)) &&
    server.transports.includes(scenario.transport) &&
    scenario.connections <= (server.connections ?? 65536)
  );
}

/** The servers under each load. */
export function contestsOf(
  servers: readonly Server[],
  scenarios: readonly Scenario[],
  setting: Setting,
): Contest[] {
  return scenarios.map((scenario) => ({
    scenario,
    field: servers
      .filter((server) => takesPart(server, scenario))
      .map((server) => ({
        name: server.name,
        run: () => runTrial(server, scenario, setting),
      })),
  }));
}
