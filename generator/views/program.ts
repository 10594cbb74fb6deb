/** The view of `src/program.cpp`: the table of a program's reactors. */
import type { Ir } from '../../schemas/ir.ts';
import { argumentLines, fitted } from './cxx_layout.ts';
import { bannerLines } from './sentences.ts';
import { cxxString, identifier } from './text.ts';

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
  const tableParts = ['loom::shared_abi', 'reactors', 'std::size(reactors)'];
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
      const parts = [cxxString(name), `shapes::${type}::shared_bytes`, `&run_${name}`];
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
