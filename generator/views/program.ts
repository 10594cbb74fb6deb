/** The view of `src/program.cpp`: the table of reactors, each compiled for each backend. */
import type { Ir } from '../../schemas/ir.ts';
import { isStream } from '../fd_kinds.ts';
import { argumentLines, fitted } from './cxx_layout.ts';
import { bannerLines } from './sentences.ts';
import { reactorSignals } from './sources.ts';
import { cxxString, identifier, integer } from './text.ts';

/** The view of `cxx/program.cpp`. */
export interface ProgramView {
  banner: string[];
  namespace: string;
  includes: string[];
  backendNames: string;
  reactors: { name: string; run: string[]; entry: string[] }[];
  table: string[];
  getter: string[];
}

const backendTypes = { io_uring: 'loom::IoUring', epoll: 'loom::Epoll' } as const;

/** Describes the table of reactors. */
export function programView(ir: Ir): ProgramView {
  const backends = ir.backends.linux;
  const namespace = identifier(ir.name);
  const getter = 'const loom::ProgramTable& loom::program_table() noexcept {';
  const writesStdout = ir.reactors.some(({ fds }) =>
    fds.some((fd) => isStream(fd) && fd.write === 'stdout'),
  );
  const tableParts = ['loom::shared_abi', 'reactors', 'std::size(reactors)'];
  if (writesStdout) tableParts.push('nullptr', '0', 'true');
  return {
    banner: bannerLines(ir, '// '),
    namespace,
    includes: [
      ...backends.map((backend) => `loom/backend/${identifier(backend)}.hpp`),
      'iterator',
      'loom/program.hpp',
      'loom/run_reactor.hpp',
    ].sort(),
    backendNames: backends.map(identifier).join(', '),
    reactors: ir.reactors.map((reactor) => {
      const name = identifier(reactor.name);
      const type = identifier(reactor.typeName);
      const types = [type, `shapes::${type}`, ...backends.map((each) => backendTypes[each])];
      const fields = [cxxString(name), `shapes::${type}::shared_bytes`, `&run_${name}`];
      const signals = reactorSignals(reactor);
      const parts =
        signals === 0
          ? fields
          : [
              ...['.name', '.shared_bytes', '.run'].map((field, n) => `${field} = ${fields[n]}`),
              `.signals = ${integer(signals)}`,
            ];
      return {
        name,
        run: argumentLines('  loom::run_reactor<', types, '>(run);'),
        entry: argumentLines('    {', parts, '},'),
      };
    }),
    table: argumentLines(
      'constexpr loom::ProgramTable table{',
      [cxxString(ir.name), ...tableParts],
      '};',
    ),
    getter: fitted(`${getter} return ${namespace}::table; }`, [
      getter,
      `  return ${namespace}::table;`,
      '}',
    ]),
  };
}
