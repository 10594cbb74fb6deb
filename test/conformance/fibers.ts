/**
 * What the list of scenarios is in fiber style: the same programs with straight-line handlers, the
 * same transcripts.
 */

import type { Flavour } from './build.ts';
import type { Machine } from './machines.ts';
import { buildVariant, scenarios } from './play.ts';
import type { Executables, Scenario } from './world.ts';

/** Scenarios of the server and the client that have no counterpart, and why. */
export const leftOut: Readonly<Record<string, string>> = {
  pool_exhausted:
    'a paused fiber keeps the message that it is paused in, so four of them hold all four buffers' +
    ' before they are full',
};

/** What is played in fiber style. */
export const fiberScenarios: readonly Scenario[] = scenarios.filter(
  ({ name, program }) => (program === 'server' || program === 'client') && !(name in leftOut),
);

/** Builds the two programs in fiber style, and the tools; their scenarios start nothing else. */
export function buildFibers(
  flavour: Flavour,
  isOnKqueue = false,
  machine?: Machine,
): Promise<Executables> {
  const client = machine?.configs.clientInFibers ?? './client/fiber.config.ts';
  const configs = { server: './server/fiber.config.ts', client };
  return buildVariant(flavour, configs, isOnKqueue, machine);
}
