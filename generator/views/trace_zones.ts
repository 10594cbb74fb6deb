/** The view of the zones that a profiling build has for the completions of each fd. */
import type { Ir, IrFd, IrReactor } from '../../schemas/ir.ts';
import { argumentLines } from './cxx_layout.ts';
import { bannerLines, configPath } from './sentences.ts';
import { cxxString, identifier, integer } from './text.ts';

/** Zones of one reactor. */
interface ReactorZones {
  /** In C++: `md`. */
  name: string;
  /** Where it is declared: `reactors.md`. */
  path: string;
  /** One for each number of an operation, from 0. */
  places: string[];
}

/** The view of `cxx/trace_zones.hpp`. */
export interface TraceZonesView {
  banner: string[];
  namespace: string;
  reactors: ReactorZones[];
}

/** What a zone shows. */
interface Shown {
  name: string;
  /** 0xRRGGBB; 0: the viewer's choice. */
  colour: number;
  /** In the config, from 1. */
  line: number;
}

/** What the config says of zones, and where. */
export interface ShownConfig {
  /** By the names of fds: 0xRRGGBB. */
  colours: ReadonlyMap<string, number>;
  /** By `fds.<name>` and `pools.<name>`: their lines, from 1; what is not in it has line 1. */
  lines: ReadonlyMap<string, number>;
}

/** The numbers below those of fds: `common_operation` of the runtime. */
const commonNames: Readonly<Record<number, string>> = {
  2: 'fiber goes on',
  3: 'fiber timed out',
  4: 'request',
  5: 'scope expired',
  7: 'request of JavaScript',
};

function shownOf(fd: IrFd, { colours, lines }: ShownConfig): [number, Shown][] {
  const path = `fds.${fd.name}`;
  const parts = { colour: colours.get(fd.name) ?? 0, line: lines.get(path) ?? 1 };
  return Object.entries(fd.operations).map(([operation, number]) => [
    number,
    { name: `${path} ${operation}`, ...parts },
  ]);
}

/** One row of the table. */
function placeLines({ name, colour, line }: Shown, config: string): string[] {
  const shade = `0x${colour.toString(16).padStart(6, '0')}`;
  const parts = [cxxString(name), '"dispatch"', cxxString(config), integer(line), shade];
  return argumentLines('    {', parts, '},');
}

function reactorZones(reactor: IrReactor, config: string, declared: ShownConfig): ReactorZones {
  const shown = new Map<number, Shown>(reactor.fds.flatMap((fd) => shownOf(fd, declared)));
  for (const { pool, operation } of reactor.offloads ?? []) {
    const path = `pools.${pool}`;
    const line = declared.lines.get(path) ?? 1;
    shown.set(operation, { name: `${path} job came home`, colour: 0, line });
  }
  const count = Math.max(7, ...shown.keys()) + 1;
  const places = Array.from({ length: count }, (_, number) => {
    const name = commonNames[number] ?? 'stale completion';
    return placeLines(shown.get(number) ?? { name, colour: 0, line: 1 }, config);
  });
  return {
    name: identifier(reactor.name),
    path: `reactors.${reactor.name}`,
    places: places.flat(),
  };
}

/** Describes the zones. */
export function traceZonesView(ir: Ir, declared: ShownConfig): TraceZonesView {
  return {
    banner: bannerLines(ir, '// '),
    namespace: identifier(ir.name),
    reactors: ir.reactors.map((reactor) => reactorZones(reactor, configPath(ir), declared)),
  };
}
