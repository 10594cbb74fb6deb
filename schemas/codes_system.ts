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
  LOOM1801: {
    severity: 'error',
    title: 'A platform of a later version',
    holes: ['platform'],
    what: 'backends.{platform} is set, but this version generates for Linux only.',
    why: 'Nothing would be generated for {platform}, and silence would look like success.',
    fix: 'Remove backends.{platform}.',
    explanation: prose`
      kqueue (macOS) and IOCP (Windows) have their places in the config already, so that a config
      written today keeps its shape.
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
      Linux has io_uring (from kernel 6.1) and epoll; macOS has kqueue; Windows has iocp.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
