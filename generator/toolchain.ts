/** zig's C++ compiler, under the names that it is installed by: its own, and those of PyPI. */

/** How a program is found in PATH. */
interface Machine {
  find(program: string): string | undefined;
  run(program: string, given: readonly string[]): { status: number | null };
}

/** The words that zig is started with, its path first; null when there is none. */
export function findZig(machine: Machine): string[] | null {
  const own = machine.find('zig') ?? machine.find('python-zig');
  if (own !== undefined) return [own];
  // What pip installs where its scripts are not in PATH.
  const python = machine.find('python3');
  if (python === undefined) return null;
  const words = ['-m', 'ziglang'];
  return machine.run(python, [...words, 'version']).status === 0 ? [python, ...words] : null;
}
