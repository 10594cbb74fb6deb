/**
 * The part of `check` about what only some descriptors have: abstract names, packets, signals.
 * Options with a default are looked at as they were written, because only those can contradict.
 */
import type { CheckedConfig, CheckedStream } from '../schemas/config.ts';
import { signalNumbers } from '../schemas/signals.ts';
import { isAdopted, isPassedDescriptor, isPath } from './address.ts';
import { byName } from './case.ts';
import { type ConfigPath, type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';
import { closest } from './report/suggest.ts';

/** The options of one fd as they were written. */
function writtenOptions(value: unknown, name: string): object {
  return (value as { fds: Record<string, object> }).fds[name] ?? {};
}

/** Checks what a unix fd says about its address and its packets. */
export function checkUnixOptions(name: string, fd: CheckedStream, value: unknown): Diagnostic[] {
  if (fd.kind !== 'unix' && fd.kind !== 'unixServer') return [];
  const written = writtenOptions(value, name);
  const found: Diagnostic[] = [];
  if (!isPath(fd.address) && 'mode' in written) {
    const path = ['fds', name, 'mode'];
    const holes = { where: showPath(path), address: fd.address };
    found.push(diagnostic('LOOM1521', holes, { path }));
  }
  if (fd.descriptors !== undefined && fd.handler === undefined) {
    const path = ['fds', name, 'descriptors'];
    found.push(diagnostic('LOOM1526', { where: showPath(path) }, { path }));
  }
  if (fd.type === 'seqpacket' && 'framing' in written) {
    const path = ['fds', name, 'framing'];
    const holes = { where: showPath(path), kind: fd.framing.kind };
    found.push(diagnostic('LOOM1522', holes, { path }));
  }
  return found;
}

/** Checks an address that names a descriptor, such as `fd:3`. */
export function checkAdopted(name: string, fd: CheckedStream): Diagnostic[] {
  const at = ['fds', name, 'address'];
  const isClient = fd.kind === 'tcp' || fd.kind === 'unix';
  const reason = !isPassedDescriptor(fd.address)
    ? `is '${fd.address}', which names no descriptor from 3 to 1048575`
    : isClient && fd.connections !== 1
      ? `is one descriptor for ${fd.connections} connections`
      : undefined;
  if (reason === undefined) return [];
  return [diagnostic('LOOM1527', { where: showPath(at), reason }, { path: at })];
}

/** Why no program can read a signal, in words; undefined for names that are just unknown. */
function whyNotReadable(name: string): string | undefined {
  if (name === 'SIGKILL' || name === 'SIGSTOP') return 'cannot be blocked';
  const isFault = ['SIGSEGV', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGTRAP', 'SIGSYS', 'SIGABRT'];
  return isFault.includes(name) ? 'belongs to the thread whose fault it is' : undefined;
}

function checkSignalName(name: string, path: ConfigPath): Diagnostic[] {
  if (Object.hasOwn(signalNumbers, name)) return [];
  const known = Object.keys(signalNumbers);
  const why = whyNotReadable(name);
  const suggestion = why === undefined ? closest(name, known) : undefined;
  const fix =
    suggestion === undefined
      ? "Use signals that others send, such as 'SIGHUP' and 'SIGUSR1'."
      : `Write '${suggestion}'.`;
  const holes = { where: showPath(path), name, reason: why ?? 'is no signal by name', fix };
  return [diagnostic('LOOM1524', holes, { path, ...(suggestion !== undefined && { suggestion }) })];
}

/** Checks eventfds and signals: handlers, names, and that each signal is read once. */
export function checkSources(config: CheckedConfig): Diagnostic[] {
  const found: Diagnostic[] = [];
  const readers = new Map<string, ConfigPath>();
  for (const [name, fd] of Object.entries(config.fds).sort(([a], [b]) => byName(a, b))) {
    if (fd.kind !== 'eventfd' && fd.kind !== 'signal') continue;
    const path = ['fds', name];
    if (fd.handler === undefined) {
      const hook = fd.kind === 'eventfd' ? 'on_event' : 'on_signal';
      const holes = { where: showPath(path), hook };
      found.push(diagnostic('LOOM1523', holes, { path, anchor: 'key' }));
    }
    if (fd.kind !== 'signal') continue;
    if (fd.signals.length === 0) {
      const holes = { where: showPath(path), reason: 'reads no signal' };
      found.push(diagnostic('LOOM1525', holes, { path: [...path, 'signals'] }));
    }
    fd.signals.forEach((signal, at) => {
      const place = [...path, 'signals', at];
      found.push(...checkSignalName(signal, place));
      const other = readers.get(signal);
      readers.set(signal, other ?? place);
      if (other === undefined) return;
      const holes = { where: showPath(place), reason: `names '${signal}' a second time` };
      const second = { message: `'${signal}'`, path: other };
      found.push(diagnostic('LOOM1525', holes, { path: place, second }));
    });
  }
  return found;
}

const pathCharacters = /^[A-Za-z0-9 _.\-+@,=~():/]+$/;

/** Why one end of a pipe is none, in words. */
function endMistake(end: 'read' | 'write', text: string): string | undefined {
  const wrongStreams = end === 'read' ? ['stdout', 'stderr'] : ['stdin'];
  if (wrongStreams.includes(text)) return `is '${text}', which goes the other way`;
  if (isAdopted(text) && !isPassedDescriptor(text)) return 'names no descriptor from 3 to 1048575';
  if (text === '' || text === '-') return 'is no path';
  if (!pathCharacters.test(text)) return 'has a character that no generated file may hold';
  return text.length > 127 ? 'is longer than 127 characters' : undefined;
}

/** Checks pipes: at least one end, and ends that can be opened. */
export function checkPipes(config: CheckedConfig): Diagnostic[] {
  return Object.entries(config.fds).flatMap(([name, fd]) => {
    if (fd.kind !== 'pipe') return [];
    const path = ['fds', name];
    if (fd.read === undefined && fd.write === undefined) {
      const holes = { where: showPath(path), reason: 'neither reads nor writes' };
      return [diagnostic('LOOM1528', holes, { path, anchor: 'key' })];
    }
    return (['read', 'write'] as const).flatMap((end) => {
      const text = fd[end];
      const reason = text === undefined ? undefined : endMistake(end, text);
      if (reason === undefined) return [];
      const at = [...path, end];
      return [diagnostic('LOOM1528', { where: showPath(at), reason }, { path: at })];
    });
  });
}
