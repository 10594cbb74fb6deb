/** The part of `check` about pools: who names them, and the cores of their workers. */
import type { CheckedConfig, CheckedPool } from '../schemas/config.ts';
import { byName, entriesByName } from './case.ts';
import { keysOf } from './check_names.ts';
import { type ConfigPath, type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';
import { closest } from './report/suggest.ts';

/** A diagnostic unless `name` is one of the declared pools; without any, `without` is the fix. */
export function poolReference(
  name: string,
  declared: readonly string[],
  path: ConfigPath,
  without: string,
): Diagnostic[] {
  if (declared.includes(name)) return [];
  const list = [...declared].sort(byName).join(', ');
  const hint = declared.length === 0 ? without : `Declare it in \`pools\`, or use one of: ${list}.`;
  const suggestion = closest(name, declared);
  const holes = { where: showPath(path), name, hint };
  return [diagnostic('LOOM1450', holes, { path, ...(suggestion !== undefined && { suggestion }) })];
}

/** Reactors whose `blocking` names no pool. */
function checkBlocking(config: CheckedConfig, declared: readonly string[]): Diagnostic[] {
  const without = 'Declare it in `pools`, or leave `blocking` out.';
  return entriesByName(config.reactors).flatMap(([reactor, { blocking: name }]) =>
    name === undefined
      ? []
      : poolReference(name, declared, ['reactors', reactor, 'blocking'], without),
  );
}

/** As many cores as threads, each once. */
function checkCores(name: string, { cores, threads }: CheckedPool): Diagnostic[] {
  if (cores === undefined) return [];
  const path = ['pools', name, 'cores'];
  if (cores.length !== threads) {
    const reason = `has ${threads} threads and ${cores.length} cores`;
    const fix = `Name ${threads} cores, or leave \`cores\` out.`;
    return [diagnostic('LOOM1451', { name, reason, fix }, { path })];
  }
  const index = cores.findIndex((core, at) => cores.indexOf(core) !== at);
  if (index < 0) return [];
  const reason = `names core ${cores[index]} twice`;
  const fix = 'Name each core once, or leave `cores` out.';
  return [diagnostic('LOOM1451', { name, reason, fix }, { path: [...path, index] })];
}

/** Workers on the core of a reactor that spins. */
function checkSpinners(config: CheckedConfig): Diagnostic[] {
  const spinners = entriesByName(config.reactors).filter(([, { wait }]) => wait === 'spin');
  return entriesByName(config.pools).flatMap(([name, pool]) =>
    (pool.cores ?? []).flatMap((core, index) => {
      const spinner = spinners.find(([, reactor]) => reactor.core === core);
      if (spinner === undefined) return [];
      const [reactor] = spinner;
      const second = { message: `'${reactor}'`, path: ['reactors', reactor] };
      const path = ['pools', name, 'cores', index];
      return [diagnostic('LOOM1452', { name, reactor, core }, { path, second })];
    }),
  );
}

/** Checks everything about pools; `value` is the config as written. */
export function checkPools(config: CheckedConfig, value: unknown): Diagnostic[] {
  return [
    ...checkBlocking(config, keysOf(value, 'pools')),
    ...entriesByName(config.pools).flatMap(([name, pool]) => checkCores(name, pool)),
    ...checkSpinners(config),
  ];
}
