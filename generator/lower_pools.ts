/**
 * Lowers pools: their order, who submits to which, and the implicit pool for programs that need one
 * and declare none.
 */
import type { CheckedConfig } from '../schemas/config.ts';
import type { IrReactor } from '../schemas/ir.ts';
import type { IrOffload, IrPool } from '../schemas/ir_pools.ts';
import { entriesByName } from './case.ts';
import { spawnedFibers } from './lower_fibers.ts';

/** The pool that exists when a reactor needs one and the config declares none. */
export const implicitPool = 'loom_blocking';

/** A pool without its position. */
type Pool = Omit<IrPool, 'index'>;

/**
 * Whether something on this reactor asks for what a backend may hand to a pool: files, system
 * requests of handlers, or fibers, whose requests are files and names as well as sockets.
 */
export function needsPool(reactor: string, config: CheckedConfig): boolean {
  if ((config.reactors[reactor]?.requests ?? 0) > 0) return true;
  if (spawnedFibers(config, reactor) !== undefined) return true;
  return Object.values(config.fds).some((fd) => fd.on === reactor && fd.kind === 'file');
}

function declaredPools(config: CheckedConfig): Pool[] {
  return entriesByName(config.pools).map(([name, pool]) => ({
    name,
    threads: pool.threads,
    cores: [...(pool.cores ?? [])],
    queueEntries: pool.queue,
  }));
}

/** Every pool of the program, the implicit one last; undefined when there is none. */
export function lowerPools(config: CheckedConfig): IrPool[] | undefined {
  const pools = declaredPools(config);
  const isNeeded = Object.keys(config.reactors).some((name) => needsPool(name, config));
  if (pools.length === 0 && isNeeded) {
    pools.push({ name: implicitPool, threads: 2, cores: [], queueEntries: 256 });
  }
  return pools.length === 0 ? undefined : pools.map((pool, index) => ({ ...pool, index }));
}

/**
 * What one reactor has to do with pools.
 *
 * @param firstOperation the first operation number behind those of the reactor's fds.
 */
export function lowerReactorPools(
  name: string,
  config: CheckedConfig,
  hasHandlers: boolean,
  firstOperation: number,
): Pick<IrReactor, 'blockingPool' | 'offloads'> {
  const pools = lowerPools(config) ?? [];
  const blocking = config.reactors[name]?.blocking;
  const blockingPool =
    blocking === undefined ? 0 : pools.findIndex((pool) => pool.name === blocking);
  const isNeeded = blocking !== undefined || needsPool(name, config);
  const offloads: IrOffload[] = pools
    .filter((pool) => pool.name !== implicitPool)
    .map((pool, index) => ({
      pool: pool.name,
      operation: firstOperation + index,
      slots: pool.queueEntries + pool.threads,
    }));
  return {
    ...(isNeeded && { blockingPool }),
    ...(hasHandlers && offloads.length > 0 && { offloads }),
  };
}
