/** What CMake, the compiler and the linker could not do, read from what they printed. */
import { isAbsolute, resolve } from 'node:path';
import type { Tool } from './tools.ts';

/** What went wrong, for the diagnostic that names it. */
export type CompileFailure =
  | { kind: 'tool'; tool: Tool }
  | { kind: 'oldTool'; tool: 'cmake' | 'compiler'; found: string; needed: string }
  | { kind: 'library'; library: string; package: string }
  | { kind: 'tracy'; problem: 'missing' | 'old' | 'lacks'; details: string }
  | { kind: 'configure'; output: string }
  | {
      kind: 'compiler';
      /** The compiler's first error; file and position where it gave them. */
      message: string;
      file: string | null;
      line: number;
      column: number;
      output: string;
    };

/** What CMake could not do: the `loom-...:` lines of loom.cmake, else its words as they are. */
export function configureFailure(output: string): CompileFailure {
  const library = /loom-missing-library: (\S+) \((\S+)\)/.exec(output);
  if (library !== null) {
    return { kind: 'library', library: library[1] ?? '', package: library[2] ?? '' };
  }
  const tracy = /loom-tracy-(missing|old|lacks): *(.*)/.exec(output);
  if (tracy !== null) {
    const problem = tracy[1] as 'missing' | 'old' | 'lacks';
    return { kind: 'tracy', problem, details: tracy[2] ?? '' };
  }
  const compiler = /loom-old-compiler: (.+)/.exec(output);
  if (compiler !== null) {
    const needed = 'g++ 12 or clang++ 14';
    return { kind: 'oldTool', tool: 'compiler', found: compiler[1] ?? '', needed };
  }
  return { kind: 'configure', output };
}

/**
 * Finds the first error in what g++, clang++ or the linker printed.
 *
 * @param output everything Ninja printed.
 * @param buildFolder what relative paths in it are relative to.
 */
export function compilerFailure(output: string, buildFolder: string): CompileFailure {
  const located = /^(.+?):(\d+):(\d+): (?:fatal )?error: (.*)$/m.exec(output);
  if (located !== null) {
    const [, file = '', line, column, message = ''] = located;
    return {
      kind: 'compiler',
      message: withoutAssertion(message),
      file: isAbsolute(file) ? file : resolve(buildFolder, file),
      line: Number(line),
      column: Number(column),
      output,
    };
  }
  const other = /^.*(?:undefined reference|cannot find -l|error:|error: ).*$/m.exec(output);
  const lines = output.trim().split('\n');
  const message = (other?.[0] ?? lines.at(-1) ?? '').trim();
  return { kind: 'compiler', message, file: null, line: 0, column: 0, output };
}

/** The sentence of a static_assert, out of what g++ and what clang++ make of it. */
function withoutAssertion(message: string): string {
  const clang = /^static_assert failed .*"(.*)"$/.exec(message);
  if (clang !== null) return clang[1] ?? message;
  return message.replace(/^static assertion failed(?: due to .*?)?: /, '');
}
