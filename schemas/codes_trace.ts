/** Diagnostics of profiling builds, `loomgen build --trace`. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM70xx. */
export const traceCodes = {
  LOOM7001: {
    severity: 'error',
    title: 'Tracy is missing',
    holes: [],
    what: 'CMake found no package Tracy.',
    why: 'A build with --trace links the client of the profiler Tracy, which no package brings.',
    fix: 'Type what is shown below, then build again in the same shell - or use --no-compile.',
    explanation: prose`
      It is found by find_package(Tracy CONFIG): below Tracy_ROOT, CMAKE_PREFIX_PATH, or where CMake
      looks by itself. The variable is written Tracy_ROOT, not TRACY_ROOT. To install it:

        git clone --depth 1 --branch v0.13.1 https://github.com/wolfpld/tracy tracy
        cmake -S tracy -B tracy/build -DCMAKE_BUILD_TYPE=Release \\
          -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DTRACY_ON_DEMAND=ON -DTRACY_FIBERS=ON \\
          -DTRACY_ONLY_LOCALHOST=ON -DTRACY_NO_BROADCAST=ON \\
          -DCMAKE_INSTALL_PREFIX=$HOME/.local/tracy
        cmake --build tracy/build --target install
        export Tracy_ROOT=$HOME/.local/tracy

      Whoever profiles needs tracy-capture or the viewer as well, of the same version:
      docs/PROFILING.md.
    `,
  },
  LOOM7002: {
    severity: 'error',
    title: 'Tracy is too old',
    holes: ['found'],
    what: 'Tracy 0.13 or newer is needed; found: {found}.',
    why: 'Older ones leak memory at each switch of a fiber while no profiler is connected.',
    fix: 'Type what is shown below, then build again in the same shell - or use --no-compile.',
    explanation: prose`
      An installed Tracy tells no version but the protocol that it speaks: 0.13 speaks 76.
    `,
  },
  LOOM7003: {
    severity: 'error',
    title: 'Tracy was built without what is needed',
    holes: ['found'],
    what: 'Tracy lacks {found}.',
    why: 'A program is profiled when somebody asks, on its own machine, and its fibers have lines.',
    fix: 'Type what is shown below, then build again in the same shell - or use --no-compile.',
    explanation: prose`
      Without TRACY_ON_DEMAND a program records from its start until its memory is full, without
      TRACY_FIBERS the zones of fibers end out of order, which Tracy takes for a broken program.
      Without TRACY_ONLY_LOCALHOST and TRACY_NO_BROADCAST it listens on every interface and says so
      to the whole network.
    `,
  },
  LOOM7010: {
    severity: 'warning',
    title: 'No zone where one was wanted',
    holes: ['what', 'reason'],
    what: '{what} has no zone: {reason}.',
    why: 'A build with --trace changes nothing that it does not understand.',
    fix: 'Nothing has to be done; trace.exclude of the config names what is to have none anyway.',
    explanation: prose`
      The program is the same with and without zones. Left alone is what the parser does not
      understand, what begins in one branch of #if and ends behind another, and coroutines that a
      macro or a branch may suspend unseen; functions that they call have zones of their own.
    `,
  },
  LOOM7011: {
    severity: 'warning',
    title: 'A glob of trace that matches no source',
    holes: ['glob', 'wanted'],
    what: "'{glob}' matches no {wanted}.",
    why: 'It changes nothing: what it was meant for has no zones, or has them all the same.',
    fix: 'Mend or delete it. Globs are relative to the config; ** goes into folders, * does not.',
    explanation: prose`
      trace.sources chooses among the files that the handlers and native.sources include,
      trace.typescript among the files with the extensions of TypeScript and JavaScript below the
      folder of the config. node_modules, folders whose names begin with a dot, and the outputs of
      loomgen are not looked into. trace.include and trace.exclude choose among the functions of
      these, by their names or the paths of their files.
    `,
  },
  LOOM7012: {
    severity: 'warning',
    title: 'A colour of no fd',
    holes: ['name', 'known'],
    what: "trace.colours names '{name}', which is no fd.",
    why: 'Colours go by the names of fds: their completions and their handlers have them.',
    fix: 'Name one of these: {known}.',
    explanation: prose`
      The functions of a handler have the colour of the fd that it belongs to. Other functions have
      those that Tracy chooses.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
