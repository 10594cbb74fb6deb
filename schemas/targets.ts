/**
 * Every target of `loomgen build --target`, as data: what Node calls its platform, which compilers
 * can make it from a Linux machine, and where Debian has its libraries.
 */
import type { Platform } from './backends.ts';

/** What runs a target's programs on another processor or system. */
export type Emulator = 'qemu' | 'wine';

/** A compiler from one of Debian's packages that compiles for another processor or system. */
export interface CrossCompiler {
  /** Its name in PATH. */
  program: string;
  /** Debian's package. */
  package: string;
}

/** One target. */
export interface Target {
  /** `<platform>-<arch>`, with `-musl` at its end where the C library is musl. */
  name: string;
  /** As `process.platform` has it. */
  platform: Platform;
  /** As `process.arch` has it. */
  arch: 'x64' | 'arm64';
  /** CMAKE_SYSTEM_NAME and CMAKE_SYSTEM_PROCESSOR. */
  system: string;
  processor: string;
  /** Which C library, on Linux; null where there is no choice. */
  library: 'glibc' | 'musl' | null;
  /** Where Debian keeps its libraries, /usr/lib/<triple>; null when Debian has none. */
  triple: string | null;
  /** Debian's name of the processor, for packages of it. */
  debian: string | null;
  cross: CrossCompiler | null;
  /** What `zig c++ -target` takes; null when zig cannot make it. */
  zig: string | null;
  emulator: Emulator | null;
}

/** The oldest glibc that zig links for, of Debian 11 and Ubuntu 20.04: nothing newer is needed. */
export const zigGlibc = '2.31';

/** The musl that zig links for, of Alpine 3.20; addons call what it brought: preadv2, statx. */
export const zigMusl = '1.2.5';

const linux = (arch: 'x64' | 'arm64', library: 'glibc' | 'musl'): Target => {
  const processor = arch === 'x64' ? 'x86_64' : 'aarch64';
  const triple = `${processor}-linux-gnu`;
  const cross = { program: `${triple}-g++`, package: `g++-${triple.replace('_', '-')}` };
  return {
    name: `linux-${arch}${library === 'musl' ? '-musl' : ''}`,
    platform: 'linux',
    arch,
    system: 'Linux',
    processor,
    library,
    triple,
    debian: arch === 'x64' ? 'amd64' : 'arm64',
    // Debian has no C++ library for musl.
    cross: library === 'musl' ? null : cross,
    zig: library === 'musl' ? `${processor}-linux-musl` : `${triple}.${zigGlibc}`,
    emulator: arch === 'arm64' ? 'qemu' : null,
  };
};

const elsewhere = { library: null, triple: null, debian: null, cross: null } as const;

/** The table, in the order in which it is shown. */
export const targets: readonly Target[] = [
  linux('x64', 'glibc'),
  linux('arm64', 'glibc'),
  linux('x64', 'musl'),
  linux('arm64', 'musl'),
  {
    ...elsewhere,
    ...{ name: 'darwin-arm64', platform: 'darwin', arch: 'arm64' },
    ...{ system: 'Darwin', processor: 'arm64', zig: 'aarch64-macos', emulator: null },
  },
  {
    ...elsewhere,
    ...{ name: 'darwin-x64', platform: 'darwin', arch: 'x64' },
    ...{ system: 'Darwin', processor: 'x86_64', zig: 'x86_64-macos', emulator: null },
  },
  {
    ...elsewhere,
    ...{ name: 'win32-x64', platform: 'win32', arch: 'x64' },
    ...{ system: 'Windows', processor: 'AMD64', zig: null, emulator: 'wine' },
    cross: { program: 'x86_64-w64-mingw32-g++-posix', package: 'g++-mingw-w64-x86-64-posix' },
  },
  {
    ...elsewhere,
    ...{ name: 'freebsd-x64', platform: 'freebsd', arch: 'x64' },
    ...{ system: 'FreeBSD', processor: 'x86_64', zig: 'x86_64-freebsd', emulator: null },
  },
];
