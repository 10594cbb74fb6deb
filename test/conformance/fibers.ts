/**
 * What the list of scenarios is in fiber style: the same programs with straight-line handlers, the
 * same transcripts.
 */

import { buildProgram, buildTool, type Flavour } from './build.ts';
import { scenarios } from './play.ts';
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
export async function buildFibers(flavour: Flavour): Promise<Executables> {
  const [server, client] = await Promise.all([
    buildProgram({ name: 'server', flavour, config: './server/fiber.config.ts' }),
    buildProgram({ name: 'client', flavour, config: './client/fiber.config.ts' }),
  ]);
  const [narrow, deaf] = await Promise.all([buildTool('narrow'), buildTool('deaf')]);
  return { server, client, narrow, deaf, descriptors: '', datagrams: '' };
}
