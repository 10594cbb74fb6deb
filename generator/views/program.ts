/** The view of `src/program.cpp`: the table of reactors and pools, compiled for each backend. */
import type { Ir, IrReactor } from '../../schemas/ir.ts';
import { isStream } from '../fd_kinds.ts';
import { type ActivitiesView, activitiesViews, activityFields, isWatched } from './activities.ts';
import { layoutHash } from '../layout_hash.ts';
import { type Instance, instancesOf } from '../lower_groups.ts';
import { argumentLines, fitted, listLines } from './cxx_layout.ts';
import { type PoolView, poolViews } from './pools.ts';
import { bannerLines } from './sentences.ts';
import { reactorSignals } from './sources.ts';
import { cxxString, identifier, integer } from './text.ts';

/** The view of `cxx/program.cpp`. */
export interface ProgramView {
  banner: string[];
  namespace: string;
  includes: string[];
  /** Those of each platform, where the program is for several; else empty. */
  platforms: PlatformView[];
  isForSeveral: boolean;
  /** What the config lists, in a sentence for each platform. */
  backendNames: string;
  /** Each reactor once, with an entry for each of its instances. */
  reactors: { name: string; run: string[]; entry: string[] }[];
  /** What the watchdog calls the activities of reactors that declare a budget. */
  activities: ActivitiesView[];
  pools: PoolView[];
  hasPools: boolean;
  table: string[];
  getter: string[];
}

/** One platform's part of the program, of those that it is for. */
export interface PlatformView {
  /** The line of the preprocessor that begins it. */
  condition: string;
  includes: string[];
  run: string[];
}

/** Whose backends a list is, as the compiler says it. */
const conditions = {
  linux: 'defined(__linux__)',
  darwin: 'defined(__APPLE__)',
  freebsd: 'defined(__FreeBSD__)',
  win32: 'defined(_WIN32)',
} as const;

/** One row of the table: the first three by their position, or all by their names. */
function entryLines(reactor: IrReactor, { name, number, core }: Instance): string[] {
  const shape = `shapes::${identifier(reactor.typeName)}`;
  const { mailboxEntries, blockingPool } = reactor;
  const signals = reactorSignals(reactor);
  const first = {
    name: cxxString(name),
    shared_bytes: `${shape}::shared_bytes`,
    run: `&run_${identifier(reactor.name)}`,
  };
  const more = {
    ...(mailboxEntries !== undefined && { mailbox_entries: integer(mailboxEntries) }),
    ...(blockingPool !== undefined && { blocking_pool: integer(blockingPool) }),
    ...(number !== 0 && { instance: integer(number) }),
    ...(reactor.count !== undefined && { instances: integer(reactor.count) }),
    ...(reactor.elastic !== undefined && {
      minimum_instances: integer(reactor.elastic.minimum),
      linger_nanoseconds: integer(reactor.elastic.lingerNanoseconds),
    }),
    ...(core !== undefined && { core: integer(core) }),
    ...(signals !== 0 && { signals: integer(signals) }),
    ...(isWatched(reactor) && activityFields(reactor)),
  };
  if (Object.keys(more).length === 0) return argumentLines('    {', Object.values(first), '},');
  const fields = Object.entries({ ...first, ...more });
  const values = fields.map(([field, value]) => `.${field} = ${value}`);
  return fitted(`    {${values.join(', ')}},`, listLines('    {', values, '    },'));
}

/** Entries of a mailbox where the config says nothing: loom::ReactorEntry. */
export const defaultMailboxEntries = 256;

const backendTypes = {
  io_uring: 'loom::IoUring',
  epoll: 'loom::Epoll',
  kqueue: 'loom::Kqueue',
  iocp: 'loom::Iocp',
} as const;

/** Headers of backends. */
function headersOf(backends: readonly (keyof typeof backendTypes)[]): string[] {
  return backends.map((backend) => `loom/backend/${identifier(backend)}.hpp`).sort();
}

/** The lists of the config, each with its platform. */
function listsOf({ backends }: Ir) {
  const { linux, darwin, freebsd, win32 } = backends;
  const all = [
    ['linux', linux],
    ['darwin', darwin],
    ['freebsd', freebsd],
    ['win32', win32],
  ] as const;
  return all.flatMap(([platform, list]) => (list === undefined ? [] : [{ platform, list }]));
}

/** A part for each platform; none where Linux is the only one. */
function platformViews(ir: Ir): PlatformView[] {
  const lists = listsOf(ir);
  if (lists.length === 1) return [];
  return lists.map(({ platform, list }, index) => ({
    condition: `#${index === 0 ? 'if' : 'elif'} ${conditions[platform]}`,
    includes: headersOf(list),
    run: argumentLines(
      '  loom::run_reactor<',
      ['Emitted', 'Shape', ...list.map((each) => backendTypes[each])],
      '>(run);',
    ),
  }));
}

/** The program's table. */
function tableLines(ir: Ir): string[] {
  const head = 'constexpr loom::ProgramTable table{';
  const writesStdout = ir.reactors.some(({ fds }) =>
    fds.some((fd) => isStream(fd) && fd.write === 'stdout'),
  );
  const fields = {
    name: cxxString(ir.name),
    abi: 'loom::shared_abi',
    reactors: 'reactors',
    reactor_count: 'std::size(reactors)',
    ...(ir.pools !== undefined && { pools: 'pools', pool_count: 'std::size(pools)' }),
    ...(writesStdout && { writes_stdout: 'true' }),
    layout: cxxString(layoutHash(ir)),
  };
  const values = Object.entries(fields).map(([field, value]) => `.${field} = ${value}`);
  return listLines(head, values, '};');
}

/** Describes the table of reactors. */
export function programView(ir: Ir): ProgramView {
  const backends = ir.backends.linux;
  const platforms = platformViews(ir);
  const isForLinux = platforms.length === 0;
  const namespace = identifier(ir.name);
  const getter = 'const loom::ProgramTable& loom::program_table() noexcept {';
  const pools = poolViews(ir);
  return {
    banner: bannerLines(ir, '// '),
    namespace,
    includes: [
      ...(isForLinux ? headersOf(backends) : []),
      'iterator',
      'loom/program.hpp',
      'loom/run_reactor.hpp',
    ].sort(),
    platforms,
    isForSeveral: !isForLinux,
    backendNames: listsOf(ir)
      .map(({ platform, list }) => `backends.${platform}: ${list.map(identifier).join(', ')}.`)
      .join(' '),
    reactors: ir.reactors.map((reactor) => {
      const name = identifier(reactor.name);
      const type = identifier(reactor.typeName);
      const types = [type, `shapes::${type}`];
      const linux = [...types, ...backends.map((each) => backendTypes[each])];
      return {
        name,
        run: isForLinux
          ? argumentLines('  loom::run_reactor<', linux, '>(run);')
          : argumentLines('  run_on_platform<', types, '>(run);'),
        entry: instancesOf(reactor).flatMap((instance) => entryLines(reactor, instance)),
      };
    }),
    activities: activitiesViews(ir.reactors),
    pools,
    hasPools: pools.length > 0,
    table: tableLines(ir),
    getter: fitted(`${getter} return ::${namespace}::table; }`, [
      getter,
      `  return ::${namespace}::table;`,
      '}',
    ]),
  };
}
