/** Whether an addon that was compiled for a target is what somebody can load there. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Target } from '../schemas/targets.ts';
import { isAtLeast } from './doctor/finding.ts';
import type { System } from './doctor/system.ts';
import { checkWindows } from './check_windows.ts';
import { newestOf, readSharedLibrary, type SharedLibrary } from './elf.ts';
import { readMachFile } from './mach_o.ts';

/** `e_machine` of the processors of targets. */
const machines = { x64: 62, arm64: 183 } as const;

/** `cputype` of the processors of targets. */
const machProcessors = { x64: 0x01000007, arm64: 0x0100000c } as const;

/** `filetype` of what the loader of Darwin can load: a library or a bundle. */
const machLibraries: readonly number[] = [6, 8];

/** What Node calls in an addon, and all that it exports; napi.h has both. */
const entryPoints = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** What is known of an addon. */
export interface AddonFacts {
  bytes: number;
  sha256: string;
  /** The oldest glibc that has what it calls, such as `2.34`; null where it needs none. */
  minimumGlibc: string | null;
  /** The oldest release of the system that it is for, such as `macOS 13.0`; null: it says none. */
  minimumSystem: string | null;
  /** Shared libraries that have to be there. */
  needed: string[];
}

/** Facts, or a clause on what is wrong. */
export type AddonVerdict = { facts: AddonFacts } | { mistake: string };

/** What is wrong with what an addon exports and with its names; null when nothing is. */
function mistakeOf({ exports, isStripped }: { exports: string[]; isStripped: boolean }) {
  const missing = entryPoints.find((name) => !exports.includes(name));
  if (missing !== undefined) return `it does not export ${missing}`;
  const other = exports.find((name) => !entryPoints.includes(name));
  if (other !== undefined) return `it exports ${other}, which clashes with others'`;
  return isStripped ? null : 'it is not stripped';
}

/** What is wrong with the C library that an addon is linked to; null when nothing is. */
function libraryMistake({ needed, versions }: SharedLibrary, target: Target): string | null {
  const isMusl = needed.some((name) => name.startsWith('libc.musl') || name === 'libc.so');
  const hasGlibc = needed.some((name) => name === 'libc.so.6');
  if (target.library === 'musl' && hasGlibc) return 'it needs glibc';
  if (target.library === 'glibc' && isMusl) return 'it needs musl';
  // A shared library of FreeBSD says by nothing else that it is one.
  const isFreebsd = needed.includes('libc.so.7') && versions.some((each) => /^FBSD_/.test(each));
  return target.platform === 'freebsd' && !isFreebsd ? 'it does not need the C library' : null;
}

/** What every addon is known by, whatever its format. */
function factsOf(bytes: Buffer): Pick<AddonFacts, 'bytes' | 'sha256'> {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Looks at an addon of Darwin. */
function checkMachAddon(bytes: Buffer, target: Target): AddonVerdict {
  const file = readMachFile(bytes);
  if (file === null) return { mistake: 'it is no whole 64-bit Mach-O file' };
  const { processor, kind, needed, minimumSystem, isSigned } = file;
  if (processor !== machProcessors[target.arch]) {
    return { mistake: `it is for processor ${processor} of Mach-O` };
  }
  if (!machLibraries.includes(kind)) return { mistake: `it is no library (Mach-O type ${kind})` };
  const mistake = mistakeOf(file);
  if (mistake !== null) return { mistake };
  if (target.arch === 'arm64' && !isSigned) return { mistake: 'it is not signed' };
  const system = minimumSystem === null ? null : `macOS ${minimumSystem}`;
  return { facts: { ...factsOf(bytes), minimumGlibc: null, minimumSystem: system, needed } };
}

/** The oldest Windows that the runtime is compiled for, `_WIN32_WINNT` of loom.cmake. */
const oldestWindows = 'Windows 10';

/** Looks at an addon of Windows. */
function checkWindowsAddon(bytes: Buffer, target: Target): AddonVerdict {
  const verdict = checkWindows(bytes, target, true);
  if ('mistake' in verdict) return verdict;
  const mistake = mistakeOf(verdict.file);
  if (mistake !== null) return { mistake };
  const { needed } = verdict.file;
  const given = { minimumGlibc: null, minimumSystem: oldestWindows, needed };
  return { facts: { ...factsOf(bytes), ...given } };
}

/** Looks at an addon of Linux or FreeBSD. */
function checkElfAddon(bytes: Buffer, target: Target, glibc: string | null): AddonVerdict {
  const library = readSharedLibrary(bytes);
  if (library === null) return { mistake: 'it is no whole 64-bit ELF file' };
  const { machine, needed, versions } = library;
  if (machine !== machines[target.arch]) return { mistake: `it is for ELF machine ${machine}` };
  const mistake = mistakeOf(library) ?? libraryMistake(library, target);
  if (mistake !== null) return { mistake };
  const minimumGlibc = newestOf(versions, 'GLIBC');
  if (glibc !== null && minimumGlibc !== null && !isAtLeast(glibc, minimumGlibc)) {
    return { mistake: `it needs glibc ${minimumGlibc}, and was to be linked for ${glibc}` };
  }
  return { facts: { ...factsOf(bytes), minimumGlibc, minimumSystem: null, needed } };
}

/**
 * Looks at an addon that was compiled for a target.
 *
 * @param glibc the newest glibc that it may need, such as `2.31`; null where nobody said.
 */
export function checkAddon(path: string, target: Target, glibc: string | null): AddonVerdict {
  const bytes = readFileSync(path);
  if (target.platform === 'win32') return checkWindowsAddon(bytes, target);
  return target.platform === 'darwin'
    ? checkMachAddon(bytes, target)
    : checkElfAddon(bytes, target, glibc);
}

/** Where the loader is that a program of FreeBSD names, rtld(1). */
const freebsdLoader = '/libexec/ld-elf.so.1';

/** What is wrong with an executable that was compiled for a target besides Linux; null: nothing. */
export function executableMistake(path: string, target: Target): string | null {
  const bytes = readFileSync(path);
  if (target.platform === 'win32') {
    const verdict = checkWindows(bytes, target, false);
    return 'mistake' in verdict ? verdict.mistake : null;
  }
  if (target.platform === 'darwin') {
    const file = readMachFile(bytes);
    if (file?.kind !== 2) return 'it is no whole 64-bit executable of Mach-O';
    const { processor } = file;
    if (processor === machProcessors[target.arch]) return null;
    return `it is for processor ${processor} of Mach-O`;
  }
  const machine = readSharedLibrary(bytes)?.machine;
  if (machine === undefined) return 'it is no whole 64-bit ELF file';
  if (machine !== machines[target.arch]) return `it is for ELF machine ${machine}`;
  return bytes.includes(`${freebsdLoader}\0`) ? null : `its loader is not ${freebsdLoader}`;
}

/** What became of loading an addon. */
export interface Loading {
  /** By what, such as `Node 20.20.2`; null when it was not tried. */
  by: string | null;
  /** Why it was not tried, or what Node said of it; empty when it was loaded. */
  why: string;
  isLoaded: boolean;
}

/** Prints Node's version and the program's name as the addon has it. */
const loadingText = `
const { name } = require(process.argv[1]);
require('node:fs').writeSync(1, process.versions.node + ' ' + name);
`;

/** Where Debian's cross compilers have the libraries of their processor. */
const crossRoot = (triple: string): string => `/usr/${triple}`;

/** Where Debian's package wine64 has its program: its wrappers in PATH are another package's. */
export const wineOutsidePath = '/usr/lib/wine/wine64';

/** wine's variables: no talk, no offer to download what it lacks, and Node under an old Windows. */
const wineVariables = ['WINEDEBUG=-all', 'WINEDLLOVERRIDES=mscoree,mshtml=', 'DISPLAY='];
const anyWindows = 'NODE_SKIP_PLATFORM_CHECK=1';

/** The words that start a program by wine, in PATH or outside of it. */
function wineOf(system: System): string[] | string {
  const isOutside = () => system.run(wineOutsidePath, ['--version']).status === 0;
  const found = system.find('wine64') ?? (isOutside() ? wineOutsidePath : system.find('wine'));
  if (found === undefined) return 'wine64 is missing; type: sudo apt-get install -y wine64';
  return ['env', ...wineVariables, anyWindows, found];
}

/** The words before a program of a target that run it here; a text says what is missing. */
export function launcherOf(target: Target, system: System): string[] | string {
  if (target.emulator === 'wine' && system.platform !== target.platform) return wineOf(system);
  if (target.emulator !== 'qemu' || target.arch === system.arch) return [];
  const qemu = system.find('qemu-aarch64');
  if (qemu === undefined) return 'qemu-aarch64 is missing; type: sudo apt-get install -y qemu-user';
  return [qemu, '-L', crossRoot(target.triple ?? '')];
}

/** The words that run a target's Node here; a text says why there are none. */
export function nodeOf(target: Target, system: System, isHere: boolean): string[] | string {
  if (isHere) return [process.execPath];
  const variable = `LOOM_NODE_${target.name.toUpperCase().replaceAll('-', '_')}`;
  const node = system.environment[variable] ?? '';
  if (node === '') return `${variable} names no Node of it`;
  const launcher = launcherOf(target, system);
  return typeof launcher === 'string' ? launcher : [...launcher, node];
}

/** Loads an addon in a Node of its target, when one can be run here. */
export function loadAddonOnce(
  path: string,
  name: string,
  { target, isHere }: { target: Target; isHere: boolean },
  system: System,
): Loading {
  const words = nodeOf(target, system, isHere);
  if (typeof words === 'string') return { by: null, why: words, isLoaded: false };
  const [program = '', ...given] = words;
  const ran = system.run(program, [...given, '-e', loadingText, path]);
  const [version = '', found = ''] = ran.stdout.trim().split(' ');
  const under = target.emulator === 'wine' ? ' under wine' : ' under qemu-user';
  const by = `Node ${version}${words.length > 1 ? under : ''}`;
  if (ran.status === 0 && found === name) return { by, why: '', isLoaded: true };
  const said = ran.stderr.split('\n').find((line) => /error/i.test(line)) ?? `exit ${ran.status}`;
  return { by: program, why: said.trim(), isLoaded: false };
}
