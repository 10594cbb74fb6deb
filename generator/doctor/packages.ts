/**
 * Packages on systems besides Debian: findings name Debian's, and here they get the names, and the
 * command, of the system that was looked at.
 */
import type { DoctorFinding } from './finding.ts';
import type { System } from './system.ts';

/** Homebrew's names by Debian's; what is not here it does not have, or macOS brings it. */
const homebrew: Readonly<Record<string, string>> = {
  ccache: 'ccache',
  cmake: 'cmake',
  'libboost-context-dev': 'boost',
  'libsimdjson-dev': 'simdjson',
  'libssl-dev': 'openssl@3',
  'libuv1-dev': 'libuv',
  'ninja-build': 'ninja',
  'pkg-config': 'pkgconf',
};

/** What is typed on macOS for a compiler. */
const appleCompiler = 'xcode-select --install';

/** A finding with the packages and the command of its system. */
export function forSystem(each: DoctorFinding, { platform }: System): DoctorFinding {
  if (platform === 'linux' || each.packages.length === 0) return each;
  const isMac = platform === 'darwin';
  const named = each.packages.flatMap((name) => (isMac ? (homebrew[name] ?? []) : []));
  const install = named.length === 0 ? null : `brew install ${named.join(' ')}`;
  const own = each.packages.includes('g++') && isMac ? appleCompiler : install;
  const isDebian = each.command?.startsWith('sudo apt-get') === true;
  return { ...each, packages: named, command: isDebian ? own : each.command };
}
