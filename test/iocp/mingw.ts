/**
 * How a generated program is compiled for Windows: by MinGW, with the runtime's POSIX headers for
 * Windows before the compiler's own, and with IOCP in the place of this platform's backends, which
 * no config can name yet.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The compiler whose threads are POSIX's; the other variant of MinGW has no std::thread. */
export const compiler = 'x86_64-w64-mingw32-g++-posix';

/** What it is told besides, for a program whose runtime is in `runtime`. */
export const flagsFor = (runtime: string): string[] => [
  ...['-D_WIN32_WINNT=0x0A00', '-D_FILE_OFFSET_BITS=64', '-O1', '-static'],
  // Lengths are ints there or 64 bits wide, and printf's formats are those of two C libraries.
  ...['-Wno-sign-compare', '-Wno-conversion', '-Wno-format'],
  ...['-isystem', join(runtime, 'loom/system/windows/posix')],
];

/** What it links. */
export const libraries = ['-lws2_32', '-lmswsock', '-liphlpapi'] as const;

/** Writes the program of the output folder `out` for IOCP. @returns the source's path */
export function onIocp(out: string): string {
  const program = readFileSync(join(out, 'src/program.cpp'), 'utf8')
    .replace('#include <loom/backend/io_uring.hpp>\n', '')
    .replace('backend/epoll.hpp', 'backend/iocp.hpp')
    .replaceAll(/loom::IoUring,\s+loom::Epoll/g, 'loom::Iocp')
    .replaceAll('defined(__linux__)', '1');
  const file = join(out, 'iocp.cpp');
  writeFileSync(file, program);
  return file;
}
