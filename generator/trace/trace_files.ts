/**
 * The files of a profiling build: those of the program, with the runtime's own zones, plots and
 * messages, a zone for each kind of completion, and what Tracy needs. `render` knows none of it, so
 * that a build without `--trace` is the same as if there were no tracing.
 */
import type { CheckedTrace } from '../../schemas/config_trace.ts';
import type { Ir, IrReactor } from '../../schemas/ir.ts';
import { manifestName, manifestText } from '../plan.ts';
import { copies, type Files, render } from '../render.ts';
import { loadTemplate } from '../template.ts';
import { traceZonesView } from '../views/trace_zones.ts';
import { identifier } from '../views/text.ts';
import { traceBindings } from './bindings.ts';
import { tracedRuntime } from './points.ts';

/** How the switch of a reactor begins, in its own file or in one of its own for the switch. */
const switchHead = /(\bdispatch\(const loom::Completion& completion\) noexcept \{)/;

/** Puts a zone around the switch of one reactor. */
function tracedSwitch(files: Files, ir: Ir, reactor: IrReactor): void {
  const name = identifier(reactor.name);
  const paths = [`src/dispatch/${name}.hpp`, `src/${name}.hpp`].filter((path) => files.has(path));
  const path = paths[0] ?? '';
  const place = `::${identifier(ir.name)}::trace::${name}_place(completion.tag.operation())`;
  const zone = `const loom::trace::Zone loom_zone(${place});`;
  const text = (files.get(path) ?? '').replace(switchHead, `$1 ${zone}`);
  if (!text.includes(zone)) throw new Error(`${path} has no switch`);
  // The first line is the banner's.
  files.set(path, `#include <${identifier(ir.name)}/trace.hpp>  ${text}`);
}

/** What the end of CMakeLists.txt says of a profiling build. */
function cmakeLines(ir: Ir, trace: CheckedTrace): string {
  const definitions = trace.frameMark ? ' LOOM_TRACE_FRAMES' : '';
  return [
    '',
    '# Profiling: zones and plots go to Tracy, https://github.com/wolfpld/tracy.',
    'include(runtime/loom_trace.cmake)',
    `loom_trace(${identifier(ir.name)}${definitions})`,
    '',
  ].join('\n');
}

/**
 * Renders a program for profiling.
 *
 * @param ir with the user's sources where the copies of them are.
 * @param sources the copies, by their paths in the output folder.
 * @param lines of fds and pools in the config, by `fds.<name>` and `pools.<name>`.
 */
export function traceFiles(
  ir: Ir,
  trace: CheckedTrace,
  sources: Files,
  lines: ReadonlyMap<string, number>,
): Files {
  const files = render(ir);
  files.delete(manifestName);
  const colours = new Map(Object.entries(trace.colours));
  for (const [path, text] of [
    ...copies('templates/trace/loom', 'runtime/loom'),
    ...copies('templates/trace/cmake', 'runtime'),
    ...sources,
  ]) {
    files.set(path, text);
  }
  tracedRuntime(files);
  traceBindings(files);
  const zones = loadTemplate('cxx/trace_zones.hpp')(traceZonesView(ir, { colours, lines }));
  files.set(`include/${identifier(ir.name)}/trace.hpp`, zones);
  for (const reactor of ir.reactors) tracedSwitch(files, ir, reactor);
  files.set('CMakeLists.txt', (files.get('CMakeLists.txt') ?? '') + cmakeLines(ir, trace));
  files.set(manifestName, manifestText(files));
  return new Map([...files].sort(([one], [other]) => (one < other ? -1 : 1)));
}
