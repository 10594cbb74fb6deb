/**
 * What IOCP does with system operations: those of files and their names go to a pool, as on epoll;
 * it carries out no other. The runtime's own list is `is_carried_out()` of windows/perform.hpp.
 */
import type { Support } from './operation.ts';

/** The operations that it carries out, and by what call. */
const carriedOut: Readonly<Record<string, string>> = {
  read: 'ReadFile',
  write: 'WriteFile',
  readv: 'ReadFile for each part',
  writev: 'WriteFile for each part',
  read_fixed: 'ReadFile',
  write_fixed: 'WriteFile',
  readv_fixed: 'ReadFile for each part',
  writev_fixed: 'WriteFile for each part',
  fsync: 'FlushFileBuffers',
  ftruncate: 'SetFileInformationByHandle',
  close: 'close',
  openat: 'CreateFile, of a path without the descriptor of a folder',
  statx: 'length and kind alone',
  unlinkat: 'DeleteFile, RemoveDirectory',
  unlink: 'DeleteFile, RemoveDirectory',
  renameat: 'MoveFileEx',
  rename: 'MoveFileEx',
  mkdirat: 'CreateDirectory',
  mkdir: 'CreateDirectory',
  nop: 'nothing',
};

/** What IOCP does with the operation of this name. */
export function supportOnWindows(name: string): Support {
  const how = carriedOut[name];
  return how === undefined
    ? { way: 'refused', how: 'it carries out requests of files alone' }
    : { way: 'pool', how };
}
