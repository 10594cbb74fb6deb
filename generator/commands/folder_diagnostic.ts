/** Turns a refusal of the file system into a diagnostic. */
import { type Diagnostic, diagnostic } from '../report/diagnostic.ts';
import type { FolderError } from '../write.ts';
import { shownPath } from './talk.ts';

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left',
  ENOTDIR: 'a part of the path is a file',
  EISDIR: 'a folder is where a file should be',
  EEXIST: 'a file is where a folder should be',
};

/** Why the system refused, in words. */
export function systemReason({ systemCode }: FolderError): string {
  return systemReasons[systemCode] ?? systemCode;
}

/**
 * The diagnostic of an output folder that cannot be used.
 *
 * @param out the output folder, when it is known.
 */
export function folderDiagnostic(error: FolderError, out: string | null): Diagnostic {
  const reason = `${systemReason(error)} (${shownPath(error.path)})`;
  return diagnostic('LOOM2009', { folder: shownPath(out ?? error.path), reason });
}
