/**
 * The part of `check` about what only some descriptors have: abstract names, packets. Options with
 * a default are looked at as they were written, because only those can contradict.
 */
import type { CheckedStream } from '../schemas/config.ts';
import { isAbstract } from './address.ts';
import { type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';

/** The options of one fd as they were written. */
function writtenOptions(value: unknown, name: string): object {
  return (value as { fds: Record<string, object> }).fds[name] ?? {};
}

/** Checks what a unix fd says about its address and its packets. */
export function checkUnixOptions(name: string, fd: CheckedStream, value: unknown): Diagnostic[] {
  if (fd.kind !== 'unix' && fd.kind !== 'unixServer') return [];
  const written = writtenOptions(value, name);
  const found: Diagnostic[] = [];
  if (isAbstract(fd.address) && 'mode' in written) {
    const path = ['fds', name, 'mode'];
    const holes = { where: showPath(path), address: fd.address };
    found.push(diagnostic('LOOM1521', holes, { path }));
  }
  if (fd.type === 'seqpacket' && 'framing' in written) {
    const path = ['fds', name, 'framing'];
    const holes = { where: showPath(path), kind: fd.framing.kind };
    found.push(diagnostic('LOOM1522', holes, { path }));
  }
  return found;
}
