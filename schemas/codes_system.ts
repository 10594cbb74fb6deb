/** Diagnostics of files that a config names, and of what belongs to later versions. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM17xx and LOOM18xx. */
export const systemCodes = {
  LOOM1701: {
    severity: 'error',
    title: 'A file that the config names is missing',
    holes: ['where', 'path', 'reason'],
    what: "{where} names '{path}': {reason}.",
    why: 'The generated project compiles it, so it must exist; paths are relative to the config.',
    fix: 'Create it, or correct the path.',
    explanation: prose`
      Checked are \`handlers\`, native.sources and native.includeDirectories. The smallest header:

      #pragma once
      #include <echo/handlers.hpp>
      struct Echo : echo::EchoBase<Echo> {
        void on_data(auto& connection, loom::Bytes bytes) { connection.write(bytes); }
      };
    `,
  },
  LOOM1702: {
    severity: 'error',
    title: 'A path that cannot be used',
    holes: ['where', 'path', 'reason'],
    what: "{where} '{path}' {reason}.",
    why: 'Generated files hold paths relative to their folder, so that every checkout is the same.',
    fix: 'Give a path relative to the config.',
    explanation: prose`
      An absolute path would put the layout of one machine into generated files.
    `,
  },
  LOOM1703: {
    severity: 'error',
    title: 'A folder whose name cannot be used',
    holes: ['path', 'character'],
    what: "The way from the output folder to the config, '{path}', contains {character}.",
    why: 'This path is written into CMakeLists.txt, where it could be read as code.',
    fix: 'Choose an output folder beside the config, or rename the folder.',
    explanation: prose`
      The output folder reaches the handlers by a relative path. Inside the project that path is
      short; with --out elsewhere it may run through folders whose names have quotes or such.
    `,
  },
  LOOM1804: {
    severity: 'error',
    title: 'A feature of a later version',
    holes: ['where', 'feature', 'kinds'],
    what: '{where} asks for {feature}, which this version does not have.',
    why: 'This version has the kinds {kinds}.',
    fix: 'Remove it, or use one of these.',
    explanation: prose`
      WebSocket clients are planned, and the name of the kind is kept free. Until then a tcp fd and
      a handler of yours, or JavaScript, can speak the protocol.
    `,
  },
  LOOM1805: {
    severity: 'error',
    title: 'A backend of another platform',
    holes: ['where', 'backend', 'platform', 'choices'],
    what: "{where} names '{backend}', which does not exist on {platform}.",
    why: 'A backend is an interface of one kernel.',
    fix: 'Use {choices}.',
    explanation: prose`
      Linux has io_uring (from kernel 6.1) and epoll; macOS and FreeBSD have
      kqueue; Windows has iocp.
    `,
  },
  LOOM1806: {
    severity: 'error',
    title: 'What a platform lacks',
    holes: ['where', 'asks', 'platform', 'reason', 'instead'],
    what: '{where} asks for {asks}, which {platform} does not have.',
    why: 'Of {platform} the table of platforms says: {reason}.',
    fix: '{instead}; or remove backends.{platform}.',
    explanation: prose`
      A config that names backends.darwin, backends.freebsd or backends.win32 gives a program for
      these too, and may ask only for what they have. The table is the last one of
      docs/OPERATIONS.md.

      Options that go wrong at start alone are not among them: a core (no thread is pinned there) is
      refused when the program starts, unless open({ cores: { main: 'any' } }) says otherwise.
    `,
  },
  LOOM1807: {
    severity: 'error',
    title: 'A system operation that a backend lacks',
    holes: ['handler', 'operation', 'backend', 'reason', 'hint'],
    what: '{handler} asks for {operation}, which {backend} does not have.',
    why: 'Of {operation} on {backend} the table of operations says: {reason}.',
    fix: '{hint}.',
    explanation: prose`
      The sources of the config are read for calls of loom::system that make a request, and of
      loom::files and loom::net, which make one. What the only backend of a named platform refuses
      would give -ENOSYS there, Failure::unsupported, each time. The table is docs/OPERATIONS.md.

      Who asks for it on Linux alone puts the call between #if defined(__linux__) and #endif.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
