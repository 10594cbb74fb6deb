/** Diagnostics of the command line, the environment, and the stages `write` and `compile`. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM20xx and LOOM90xx. */
export const buildCodes = {
  LOOM2001: {
    severity: 'error',
    title: 'An unknown target',
    holes: ['target', 'hint'],
    what: "There is no target '{target}'.",
    why: 'A target is a platform and a processor as Node names them, and musl where it is that.',
    fix: '{hint} - or --no-compile, which generates the same files everywhere.',
    explanation: prose`
      --target host, the default, compiles for this machine and leaves what it made in build/. Any
      other target, or several with commas between them, makes a stripped addon for each in
      prebuilds/<target>/, from one Linux machine, where it has the compilers.
    `,
  },
  LOOM2002: {
    severity: 'error',
    title: 'An unknown backend on the command line',
    holes: ['backend', 'known'],
    what: "--backend '{backend}' is not a backend of this config.",
    why: 'The flag narrows the list in `backends` of the config; it cannot add to it.',
    fix: 'Use one of: {known}.',
    explanation: prose`
      --backend epoll generates a program that knows only epoll, whatever the config prefers.
    `,
  },
  LOOM2003: {
    severity: 'error',
    title: 'No C++ compiler',
    holes: ['tried'],
    what: 'No C++20 compiler was found (tried {tried}).',
    why: 'The generated reactor is C++20 and is compiled here.',
    fix: 'Type: sudo apt-get install -y g++ - or set CXX, or use --no-compile.',
    explanation: prose`
      g++ 12 or newer and clang 14 or newer are tested. CMake takes the one in the environment
      variable CXX, else c++.
    `,
  },
  LOOM2004: {
    severity: 'error',
    title: 'CMake is missing or too old',
    holes: ['found', 'needed'],
    what: 'CMake {needed} or newer is needed; found: {found}.',
    why: 'The generated project is built by CMake presets.',
    fix: 'Type: sudo apt-get install -y cmake - or use --no-compile.',
    explanation: prose`
      loomgen build runs cmake --preset and cmake --build in the output folder; --verbose prints the
      commands.
    `,
  },
  LOOM2005: {
    severity: 'error',
    title: 'Ninja is missing',
    holes: [],
    what: 'Ninja was not found.',
    why: 'The presets of the generated project use the Ninja generator.',
    fix: 'Type: sudo apt-get install -y ninja-build - or use --no-compile.',
    explanation: prose`
      A build without changes takes milliseconds with Ninja. The project itself works with every
      generator of CMake when it is configured by hand.
    `,
  },
  LOOM2006: {
    severity: 'error',
    title: 'A library is missing',
    holes: ['library', 'package'],
    what: 'The library {library} was not found.',
    why: 'The generated program links it.',
    fix: 'Type: sudo apt-get install -y {package} - or use --no-compile.',
    explanation: prose`
      The io_uring backend needs liburing (its headers and its library).
    `,
  },
  LOOM2007: {
    severity: 'error',
    title: 'A pkg-config package is missing',
    holes: ['name', 'package'],
    what: "pkg-config does not know '{name}', which native.pkgConfig names.",
    why: 'Your handlers are compiled and linked with it.',
    fix: 'Type: sudo apt-get install -y {package} - or correct it (see pkg-config --list-all).',
    explanation: prose`
      On Debian the file {name}.pc comes with a package that usually ends with -dev: libsimdjson-dev
      brings simdjson.
    `,
  },
  LOOM2008: {
    severity: 'error',
    title: 'The C++ does not compile',
    holes: ['error', 'command'],
    what: 'The C++ does not compile: {error}',
    why: 'The compiler refused the generated project together with your handlers.',
    fix: 'Correct what the first error names. To see it again: {command}',
    explanation: prose`
      Hooks of a handler are checked by sentences (static_assert), so the first error usually says
      which hook has a wrong signature. Errors in generated files that are not about your handlers
      are bugs of loomgen.
    `,
  },
  LOOM2009: {
    severity: 'error',
    title: 'The output folder cannot be written',
    holes: ['folder', 'reason'],
    what: 'Cannot write into {folder}: {reason}.',
    why: 'Nothing was changed; files are written whole or not at all.',
    fix: 'Check its owner and permissions (ls -ld {folder}), or choose another with --out.',
    explanation: prose`
      Files are written beside their place and renamed, so a build that fails leaves the old ones.
    `,
  },
  LOOM2010: {
    severity: 'error',
    exit: 4,
    title: 'The output is stale',
    holes: ['count', 'folder', 'command'],
    what: '{count} generated files in {folder} are not what the config gives.',
    why: '--check compares and writes nothing.',
    fix: 'Type: {command}',
    explanation: prose`
      Generated output is committed so that it can be read in review; --check in CI keeps it true.
      Exit code 4 means stale, 2 means that config or environment are wrong.
    `,
  },
  LOOM2011: {
    severity: 'error',
    title: 'A generated file was edited by hand',
    holes: ['file'],
    what: '{file} was edited since it was generated.',
    why: 'This build would write it again, and the edit would be lost.',
    fix: 'Move the change into your handlers or the config, then build once with --force.',
    explanation: prose`
      loom.manifest.json holds a hash of each generated file. A difference means that something else
      than loomgen wrote it. Nothing is written until you decide: --force overwrites such files.
    `,
  },
  LOOM2012: {
    severity: 'warning',
    title: 'A file of an older build was kept',
    holes: ['file'],
    what: '{file} is no longer generated, but was edited by hand and is kept.',
    why: 'loomgen removes only files that are exactly as it wrote them.',
    fix: 'Delete it yourself when nothing in it is needed: rm {file}',
    explanation: prose`
      Files that the config no longer gives are removed when their hash is still the one in
      loom.manifest.json, and kept otherwise.
    `,
  },
  LOOM2013: {
    severity: 'error',
    title: 'The output folder is not one of loomgen',
    holes: ['folder', 'file', 'hint'],
    what: '{folder} already has a {file} that loomgen did not write.',
    why: 'It would be overwritten.',
    fix: '{hint}',
    explanation: prose`
      A file is loomgen's own when loom.manifest.json in the same folder lists it. loomgen init
      never overwrites anything.
    `,
  },
  LOOM2014: {
    severity: 'error',
    title: 'A command line that cannot be understood',
    holes: ['reason', 'hint'],
    what: '{reason}.',
    why: 'What cannot be understood is an error: skipped, it would look as if it worked.',
    fix: '{hint}',
    explanation: prose`
      loomgen --help lists the commands, loomgen build --help the options of one.
    `,
  },
  LOOM2015: {
    severity: 'error',
    title: 'An unknown code',
    holes: ['code', 'hint'],
    what: "There is no diagnostic '{code}'.",
    why: 'Codes look like LOOM1201.',
    fix: '{hint}',
    explanation: prose`
      loomgen explain LOOM1201 prints what a diagnostic means, with an example.
    `,
  },
  LOOM2016: {
    severity: 'error',
    title: 'pkg-config is missing',
    holes: [],
    what: 'pkg-config was not found.',
    why: 'CMake finds liburing and the libraries of native.pkgConfig with it.',
    fix: 'Type: sudo apt-get install -y pkg-config - or use --no-compile.',
    explanation: prose`
      loomgen doctor lists every tool and library that compiling needs, with what is found.
    `,
  },
  LOOM2017: {
    severity: 'error',
    title: 'A stack class is too small for its fibers',
    holes: ['stack', 'bytes', 'who', 'depth', 'reserve', 'needed'],
    what: "{who} needs {depth} bytes of stack; a stack of '{stack}' has {bytes}.",
    why: 'The deepest calls that the compiler knows, below, and {reserve} bytes for libraries.',
    fix: "Set stacks.{stack}.bytes to '{needed}' or more, or keep large data off the stack.",
    explanation: prose`
      After compiling, loomgen reads what g++ says of frames and calls (-fcallgraph-info=su) and
      adds up the deepest chain from a fiber's first function. Clang says only frames. The depth is
      a lower bound: recursion, calls through pointers, frames of dynamic size and functions of
      libraries are not in it; --verbose tells for which fibers. For those, and for everything that
      was not foreseen, the guard page below each stack ends the program with the fiber's name.
    `,
  },
  LOOM9001: {
    severity: 'error',
    exit: 1,
    title: 'A bug of loomgen',
    holes: ['error'],
    what: 'loomgen itself failed: {error}',
    why: 'This must not happen with any config.',
    fix: 'Please report it with the config and the text below.',
    explanation: prose`
      Exit code 1 is kept for bugs of loomgen; mistakes in config or environment exit with 2.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
