/**
 * What a field of a message takes to be read in JavaScript: by the getter that is emitted for it,
 * and by a DataView as one writes it by hand, of the same bytes.
 */

import { join } from 'node:path';
import { build } from '../../../../generator/commands/build.ts';
import { buildFolder, here } from '../../compile.ts';
import { type Entrant, type Inner, node, once, resultOf, usedOf } from '../entrant.ts';

/** The fields that are read, by their names in typed.config.ts. */
export type ReadField = 'word' | 'real' | 'natural' | 'whole' | 'price';

/** On top of what is measured: Node starts. */
const limitMilliseconds = 20_000;

/** Only the bindings: nothing native is needed. */
const bindings = once(async () => {
  const out = join(buildFolder, 'typed');
  const config = join(here, 'inner/typed', './typed.config.ts');
  const { exitCode, diagnostics } = await build({ config, out, force: true, compile: false });
  if (exitCode !== 0) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return join(out, 'bindings/messages.ts');
});

const entrant = (name: string, about: string, how: string, field: ReadField): Entrant => ({
  name,
  about,
  build: async () => {
    const module = await bindings();
    return async ({ warmupMilliseconds, measuredMilliseconds, serverCore }) => {
      const times = [String(warmupMilliseconds), String(measuredMilliseconds)];
      const reader = [...node('./read_typed.ts', 'typed'), module, how, field, ...times];
      const limit = limitMilliseconds + warmupMilliseconds + measuredMilliseconds;
      return usedOf(await resultOf('the reader', reader, serverCore, limit));
    };
  },
});

const scenario = (type: string, field: ReadField): Inner => ({
  name: `typed-read-${type}`,
  about: `a field of type ${type} is read in JavaScript`,
  metric: 'cpu',
  quick: false,
  entrants: [
    entrant('dataview', 'a DataView by hand', 'dataview', field),
    entrant('dataview-cursor', 'the same, which is told the place by an object', 'cursor', field),
    entrant('loom-getter', 'the emitted getter', 'getter', field),
  ],
});

/** The scenarios of reading fields. */
export const typedReads: readonly Inner[] = [
  scenario('u32', 'word'),
  scenario('f64', 'real'),
  scenario('u64', 'natural'),
  scenario('i64', 'whole'),
  scenario('decimal-text', 'price'),
];
