/** The part of `check` about files: their paths, how they are opened, and who uses them. */
import type { CheckedConfig, CheckedFile } from '../schemas/config.ts';
import { entriesByName } from './case.ts';
import { foreignCharacter, safeUnixPath } from './check_addresses.ts';
import { spawnedFibers } from './lower_fibers.ts';
import { jsRequestCount } from './lower_js_requests.ts';
import { type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';

const maximumPathBytes = 255;
const pageBytes = 4096;
const maximumDescriptor = 1048575;

/** What is wrong with the path of a file; undefined when nothing is. */
function pathMistake(path: string): string | undefined {
  if (path === '') return 'is empty';
  const bytes = Buffer.byteLength(path);
  if (bytes > maximumPathBytes) return `has ${bytes} bytes, at most ${maximumPathBytes} fit`;
  if (!path.startsWith('fd:')) return undefined;
  const isNumber = /^fd:\d{1,7}$/.test(path) && Number(path.slice(3)) <= maximumDescriptor;
  return isNumber ? undefined : 'has no descriptor behind its fd:';
}

function checkPath(name: string, fd: CheckedFile): Diagnostic[] {
  const path = ['fds', name, 'path'];
  const where = showPath(path);
  const character = foreignCharacter(fd.path, safeUnixPath);
  if (character !== undefined) {
    const allowed = 'the letters A to Z and a to z, digits, spaces and _ . - + @ , = ~ ( ) : /';
    return [diagnostic('LOOM1210', { where, character, allowed }, { path })];
  }
  const reason = pathMistake(fd.path);
  return reason === undefined ? [] : [diagnostic('LOOM1545', { where, reason }, { path })];
}

function checkMode(name: string, fd: CheckedFile, written: object): Diagnostic[] {
  const found: Diagnostic[] = [];
  const wrong = (key: string, reason: string, fix: string): void => {
    const path = ['fds', name, key];
    const holes = { where: showPath(path), reason, fix };
    found.push(diagnostic('LOOM1542', holes, { path }));
  };
  if (fd.mode === 'read' && fd.create) {
    wrong('create', `does not go with mode: 'read'`, 'Remove `create`.');
  }
  if (fd.mode === 'read' && fd.truncate) {
    wrong('truncate', `does not go with mode: 'read'`, 'Remove `truncate`.');
  }
  if ('permissions' in written && !fd.create) {
    wrong('permissions', 'is set without `create`', 'Add `create: true`.');
  }
  return found;
}

function checkBuffers(name: string, fd: CheckedFile): Diagnostic[] {
  const path = ['fds', name, fd.buffers === undefined ? 'direct' : 'buffers'];
  const wrong = (what: string, fix: string): Diagnostic[] => [
    diagnostic('LOOM1543', { where: showPath(path), what, fix }, { path }),
  ];
  if (fd.direct && fd.buffers === undefined) {
    return wrong('needs memory on block boundaries', "Add buffers: { bytes: '64K', count: 8 }.");
  }
  if (fd.buffers === undefined || fd.buffers.bytes % pageBytes === 0) return [];
  return wrong(
    `has buffers of ${fd.buffers.bytes} bytes`,
    `Round bytes up to ${Math.ceil(fd.buffers.bytes / pageBytes) * pageBytes}.`,
  );
}

/** Whether somebody can use the file. */
function checkUse(config: CheckedConfig, name: string, fd: CheckedFile): Diagnostic[] {
  const reactor = config.reactors[fd.on];
  // A misspelt reactor is reported where references are checked.
  if (reactor === undefined) return [];
  const path = ['fds', name];
  const holes = { where: showPath(path), reactor: fd.on };
  const fds = Object.values(config.fds).filter(({ on }) => on === fd.on);
  // JavaScript has no memory on block boundaries.
  if (jsRequestCount(fd.on, config) !== undefined && !fd.direct) return [];
  if (fds.every(({ handler }) => handler === undefined)) {
    return [diagnostic('LOOM1541', holes, { path, anchor: 'key' })];
  }
  if (spawnedFibers(config, fd.on) !== undefined || reactor.requests > 0) return [];
  return [diagnostic('LOOM1544', holes, { path, anchor: 'key' })];
}

/** Checks every file of a config. */
export function checkFileFds(config: CheckedConfig, value: unknown): Diagnostic[] {
  return entriesByName(config.fds).flatMap(([name, fd]) => {
    if (fd.kind !== 'file') return [];
    const written = (value as { fds: Record<string, object> }).fds[name] ?? {};
    return [
      ...checkPath(name, fd),
      ...checkMode(name, fd, written),
      ...checkBuffers(name, fd),
      ...checkUse(config, name, fd),
    ];
  });
}
