/**
 * What the dynamic loader's words mean, and what to type. They are those of glibc and of musl; what
 * is not known stays as it was said.
 */
import type { Machine } from './prebuilds.ts';

/** One kind of failure: how it is told from others, and what it means on a machine. */
interface Meaning {
  readonly pattern: RegExp;
  /** `part` is what the pattern's group matched. */
  readonly explain: (part: string, machine: Machine) => readonly string[];
}

/** Packages of Debian that bring libraries which addons need. */
const packages: Readonly<Record<string, string>> = {
  'liburing.so.2': 'liburing2',
  'libstdc++.so.6': 'libstdc++6',
  'libgcc_s.so.1': 'libgcc-s1',
};

/** The first that matches counts. */
const meanings: readonly Meaning[] = [
  {
    pattern: /version .?GLIBC_([\d.]+)'? not found/,
    explain: (needed, { library }) => [
      `it was compiled for glibc ${needed} or newer, and this system has ${library ?? 'another'}`,
      `run it on a newer system, or build it on one that has glibc ${library?.slice(6) ?? needed}`,
    ],
  },
  {
    pattern: /version .?((?:GLIBCXX|CXXABI)_[\d.]+)'? not found/,
    explain: (needed) => [
      `it was linked with a newer libstdc++, which has ${needed}, than this system has`,
      'loomgen build --static makes an addon that needs none',
    ],
  },
  {
    // zig's addons for musl name it libc.so, which is a text for the linker where glibc has it.
    pattern: /(?:libc\.musl-\w+\.so\.1|ld-musl-\w+\.so\.1|\blibc\.so: (?:cannot|invalid ELF))/,
    explain: () => ['it was compiled for musl, as Alpine has it, and this system has glibc'],
  },
  {
    pattern: /(?:ld-linux-[\w-]+\.so\.\d|libc\.so\.6: cannot|__\w+_chk: symbol not found)/,
    explain: () => [
      'it was compiled for glibc, and this system has musl, as Alpine does',
      'use an image with glibc, such as node:22-slim, or an addon for linux-…-musl',
    ],
  },
  {
    // Only musl's loader puts it so: this one is older than that which zig brings.
    pattern: /Error relocating \S+: (\w+): symbol not found/,
    explain: (name) => [
      `it needs ${name}(), and this system's musl has none: musl 1.2.5 has all that addons call`,
      'use a newer image: Alpine 3.20 is the first that has it',
    ],
  },
  {
    pattern: /(\S+\.so[.\d]*): cannot open shared object file/,
    explain: (file) => needs(file),
  },
  // musl's words for the same.
  {
    pattern: /Error loading shared library (\S+\.so[.\d]*):/,
    explain: (file) => needs(file),
  },
];

/** A shared library that is missing. */
function needs(file: string): readonly string[] {
  const debian = packages[file];
  const type = debian === undefined ? [] : [`on Debian, type: sudo apt-get install -y ${debian}`];
  const without =
    debian === undefined ? [] : ['or build it with --static, which needs no such file'];
  return [`it needs ${file}, which this system has not`, ...type, ...without];
}

/**
 * What a failure to load an addon means.
 *
 * @param reason what dlopen(3) said.
 * @returns sentences for the lines below it; none when it is not known.
 */
export function meaningOf(reason: string, machine: Machine): readonly string[] {
  for (const { pattern, explain } of meanings) {
    const match = pattern.exec(reason);
    if (match !== null) return explain(match[1] ?? '', machine);
  }
  return [];
}
