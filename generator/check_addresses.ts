/** The part of `check` about addresses and paths, and the texts that generated files will hold. */
import type { CheckedConfig, CheckedStream } from '../schemas/config.ts';
import {
  collide,
  isAdopted,
  isPort,
  type Listener,
  parseHostPort,
  unixPathMistake,
} from './address.ts';
import { byName } from './case.ts';
import { checkAdopted, checkPipes, checkSources, checkUnixOptions } from './check_descriptors.ts';
import { isCheckedStream } from './fd_kinds.ts';
import { type ConfigPath, type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';

/** Characters of a path that C++, CMake and a shell all take for themselves only. */
export const safePath = /^[\p{L}\p{N} _.\-+@,=~()/]+$/u;
const allowedInPaths = 'letters, digits, spaces and _ . - + @ , = ~ ( ) /';
/** Characters of a unix socket's path: it ends in literals and comments of C++ and TypeScript. */
export const safeUnixPath = /^[A-Za-z0-9 _.\-+@,=~():/]+$/;
/** Names of pkg-config packages: those of files NAME.pc. */
export const safePackage = /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$/;

/** The first character that a pattern for single characters does not allow, in words. */
export function foreignCharacter(text: string, allowed: RegExp): string | undefined {
  for (const character of text) {
    if (allowed.test(character)) continue;
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return /[\x21-\x7e]/.test(character) ? `the character ${character}` : `U+${code}`;
  }
  return undefined;
}

/** Checks `host:port`; only who listens may have port 0. */
export function checkHostPort(path: ConfigPath, address: string, isServer: boolean): Diagnostic[] {
  const where = showPath(path);
  const parsed = parseHostPort(address);
  if ('reason' in parsed) {
    const isBare = parsed.reason.startsWith('an IPv6');
    const example = isBare ? '[::1]:9000' : '127.0.0.1:9000';
    const holes = { where, address, reason: parsed.reason, example };
    return [diagnostic('LOOM1501', holes, { path })];
  }
  if (isPort(parsed.port, isServer)) return [];
  const range = isServer ? 'from 0 to 65535' : 'from 1 to 65535';
  return [diagnostic('LOOM1502', { where, port: parsed.port, range }, { path })];
}

/** Checks the path or the abstract name of a unix socket. */
export function checkUnixAddress(path: ConfigPath, address: string): Diagnostic[] {
  const where = showPath(path);
  const character = foreignCharacter(address, safeUnixPath);
  if (character !== undefined) {
    const allowed = 'the letters A to Z and a to z, digits, spaces and _ . - + @ , = ~ ( ) : /';
    return [diagnostic('LOOM1210', { where, character, allowed }, { path })];
  }
  const reason = unixPathMistake(address);
  if (reason === undefined) return [];
  return [diagnostic('LOOM1504', { where, reason }, { path })];
}

function checkAddress(name: string, fd: CheckedStream): Diagnostic[] {
  const path = ['fds', name, 'address'];
  if (fd.kind !== 'tcp' && fd.kind !== 'tcpServer') return checkUnixAddress(path, fd.address);
  return checkHostPort(path, fd.address, fd.kind === 'tcpServer');
}

function asListener(fd: CheckedStream): Listener | undefined {
  if (fd.kind === 'unixServer') {
    return { kind: fd.kind, address: fd.address, reusePort: false, ipv6Only: false };
  }
  return fd.kind === 'tcpServer' ? fd : undefined;
}

/** Pairs of listeners on one address; each is reported once, at the later name. */
function checkCollisions(streams: readonly [string, CheckedStream][]): Diagnostic[] {
  const found: Diagnostic[] = [];
  const seen: { name: string; listener: Listener }[] = [];
  for (const [name, fd] of streams) {
    const listener = asListener(fd);
    if (listener === undefined) continue;
    const other = seen.find((each) => collide(each.listener, listener));
    seen.push({ name, listener });
    if (other === undefined) continue;
    const path = ['fds', name, 'address'];
    const holes = {
      where: showPath(path),
      address: fd.address,
      other: showPath(['fds', other.name]),
      otherAddress: other.listener.address,
    };
    const second = { message: `fds.${other.name}`, path: ['fds', other.name] };
    found.push(diagnostic('LOOM1503', holes, { path, second }));
  }
  return found;
}

function checkPath(path: ConfigPath, text: string): Diagnostic[] {
  const where = showPath(path);
  const character = foreignCharacter(text, safePath);
  if (character !== undefined) {
    return [diagnostic('LOOM1210', { where, character, allowed: allowedInPaths }, { path })];
  }
  const reason =
    text === ''
      ? 'is empty'
      : text.startsWith('/') || /^[A-Za-z]:/.test(text)
        ? 'is absolute'
        : text.startsWith('~')
          ? 'starts with ~, which only a shell expands'
          : undefined;
  if (reason === undefined) return [];
  return [diagnostic('LOOM1702', { where, path: text, reason }, { path })];
}

/** The paths of a config that generated files will hold, with their places in it. */
export function pathsOf(config: CheckedConfig): { path: ConfigPath; text: string }[] {
  const list = (key: 'sources' | 'includeDirectories') =>
    config.native[key].map((text, index) => ({ path: ['native', key, index], text }));
  return [
    ...(config.handlers === undefined ? [] : [{ path: ['handlers'], text: config.handlers }]),
    ...list('sources'),
    ...list('includeDirectories'),
  ];
}

function checkPackages(config: CheckedConfig): Diagnostic[] {
  return config.native.pkgConfig.flatMap((name, index) => {
    if (safePackage.test(name)) return [];
    const path = ['native', 'pkgConfig', index];
    const character = foreignCharacter(name, /[A-Za-z0-9_.+-]/) ?? 'no name that starts well';
    const allowed = 'letters, digits and _ . + -, at most 64, a letter or digit first';
    return [diagnostic('LOOM1210', { where: showPath(path), character, allowed }, { path })];
  });
}

/** Checks addresses, paths and package names. */
export function checkAddresses(config: CheckedConfig, value: unknown): Diagnostic[] {
  const streams = Object.entries(config.fds)
    .filter((entry): entry is [string, CheckedStream] => isCheckedStream(entry[1]))
    .sort(([first], [second]) => byName(first, second));
  // `out` may be absolute: it is where files go, and no file holds it.
  const out = config.out === '' ? checkPath(['out'], '') : [];
  return [
    ...streams.flatMap(([name, fd]) =>
      isAdopted(fd.address) ? checkAdopted(name, fd) : checkAddress(name, fd),
    ),
    ...streams.flatMap(([name, fd]) => checkUnixOptions(name, fd, value)),
    ...checkCollisions(streams),
    ...checkSources(config),
    ...checkPipes(config),
    ...out,
    ...pathsOf(config).flatMap(({ path, text }) => checkPath(path, text)),
    ...checkPackages(config),
  ];
}
