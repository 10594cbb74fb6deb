/** Fds of C++ handlers through which JavaScript sends too: which they are. */
import type { IrDatagramFd, IrFd, IrStreamFd } from '../../schemas/ir.ts';
import { isDatagram, isStream } from '../fd_kinds.ts';

/** Whether JavaScript sends through an fd that a handler serves. */
export function hasJsSends(fd: IrFd): fd is IrStreamFd | IrDatagramFd {
  return (isStream(fd) || isDatagram(fd)) && fd.jsSends === 1;
}

/** The field of its shape, where it does. */
export function jsSendsField(fd: IrStreamFd | IrDatagramFd): [string, string][] {
  return hasJsSends(fd) ? [['js_sends', 'true']] : [];
}
