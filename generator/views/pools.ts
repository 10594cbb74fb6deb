/** What the views of reactors, handlers and the program say about pools and other reactors. */
import type { Ir, IrReactor } from '../../schemas/ir.ts';
import { instancesOf } from '../lower_groups.ts';
import type { IrPool } from '../../schemas/ir_pools.ts';
import { argumentLines, fitted } from './cxx_layout.ts';
import { counted } from './sentences.ts';
import { commentLines, cxxString, identifier, integer, listed } from './text.ts';

/** A struct of handles that a handler's base has: `reactors` or `pools`. */
export interface HandleGroupView {
  comment: string[];
  members: string[];
  name: string;
}

/** The submissions of a reactor's handlers to one pool. */
export interface OffloadView {
  name: string;
  slots: string;
}

/** One pool in `program.cpp`. */
export interface PoolView {
  comment: string[];
  /** The array of its cores; empty without pinning. */
  cores: string[];
  entry: string[];
}

/** One sentence about a pool, with its config path first. */
export function describePool(pool: IrPool): string {
  const cores = pool.cores.length === 0 ? 'any core' : `core ${listed(pool.cores.map(String))}`;
  const threads = counted(pool.threads, 'thread');
  const queue = `a queue of ${counted(pool.queueEntries, 'job')}`;
  return `pools.${pool.name} - ${threads} on ${cores}, ${queue}.`;
}

/** The enumerator with which the jobs of a pool come home. */
export function offloadOperation(pool: string): string {
  return `${identifier(pool)}_offload`;
}

/** Whether handlers have reactors besides their own: others, or further instances. */
function hasPeers(ir: Ir): boolean {
  return ir.reactors.flatMap(instancesOf).length > 1;
}

/** The handles that every handler's base of a program has. */
export function handleGroups(ir: Ir): HandleGroupView[] {
  const groups: HandleGroupView[] = [];
  if (hasPeers(ir)) {
    groups.push({
      comment: commentLines('  /// ', 'Runs calls on the threads of the reactors, with `post`.'),
      members: ir.reactors.map(({ name, count }) => {
        const instances = count === undefined ? '' : `[${integer(count)}]`;
        return `loom::ReactorHandle ${identifier(name)}${instances}`;
      }),
      name: 'reactors',
    });
  }
  const pools = submittedPools(ir);
  if (pools.length > 0) {
    groups.push({
      comment: commentLines('  /// ', 'Runs jobs on the threads of the pools, with `submit`.'),
      members: pools.map((pool) => `loom::PoolOut ${identifier(pool)}`),
      name: 'pools',
    });
  }
  return groups;
}

/** The pools that handlers submit to: all that are declared. */
export function submittedPools(ir: Ir): string[] {
  const names = ir.reactors.flatMap(({ offloads }) => (offloads ?? []).map(({ pool }) => pool));
  return [...new Set(names)].sort();
}

/** The tables of submissions of one reactor. */
export function offloadViews(reactor: IrReactor): OffloadView[] {
  return (reactor.offloads ?? []).map(({ pool, slots }) => ({
    name: identifier(pool),
    slots: integer(slots),
  }));
}

/** What binds handlers, by their member names, to their reactor, the other ones, and pools. */
export function handleStatements(
  ir: Ir,
  reactor: IrReactor,
  handlers: readonly string[],
): string[] {
  const attached = (reactor.offloads ?? []).flatMap(({ pool }) => {
    const index = (ir.pools ?? []).findIndex((each) => each.name === pool);
    const operation = `${identifier(reactor.name)}_operations::${offloadOperation(pool)}`;
    const queue = `*run.pools[${integer(index)}]`;
    const parts = ['this->core_', queue, cxxString(pool), operation];
    return argumentLines(`    pools_.${identifier(pool)}.attach(`, parts, ');');
  });
  const given = handlers.flatMap((handler) => {
    const member = `handlers_.${handler}`;
    const pools = (reactor.offloads ?? []).map(({ pool }) => identifier(pool));
    return [
      ...(hasPeers(ir) ? [`    loom::attach_peers(${member}.reactors, run.inboxes);`] : []),
      ...pools.map((pool) => `    ${member}.pools.${pool}.attach(pools_.${pool});`),
    ];
  });
  const bound = handlers.map((handler) => `    handlers_.${handler}.attach_reactor(this->core_);`);
  return [...bound, ...attached, ...given];
}

/** The cases of jobs that come home. */
export function offloadCases(reactor: IrReactor, indent: string): string[] {
  return (reactor.offloads ?? []).flatMap(({ pool }) => {
    const operation = `${identifier(reactor.name)}_operations::${offloadOperation(pool)}`;
    const label = `${indent}case ${operation}:`;
    const act = `return pools_.${identifier(pool)}.done(completion);`;
    return fitted(`${label} ${act}`, [label, `${indent}  ${act}`]);
  });
}

/** The pools of the program's table. */
export function poolViews(ir: Ir): PoolView[] {
  return (ir.pools ?? []).map((pool) => {
    const cores = `cores_${identifier(pool.name)}`;
    const isPinned = pool.cores.length > 0;
    const numbers = [integer(pool.threads), integer(pool.queueEntries)];
    const parts = [cxxString(pool.name), ...numbers, ...(isPinned ? [cores] : [])];
    const list = pool.cores.map(integer);
    return {
      comment: commentLines('// ', describePool(pool)),
      cores: isPinned ? argumentLines(`constexpr int ${cores}[] = {`, list, '};') : [],
      entry: argumentLines('    {', parts, '},'),
    };
  });
}
