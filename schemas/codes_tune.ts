/** Diagnostics of `loomgen tune` and of the load that a config declares for it. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM1460, and LOOM2020 to LOOM2024. */
export const tuneCodes = {
  LOOM1460: {
    severity: 'error',
    title: 'A load that its fd cannot take',
    holes: ['where', 'name', 'reason', 'hint'],
    what: "{where} names the fd '{name}', which {reason}.",
    why: 'The load generator connects as a client and sends messages behind a u16be length.',
    fix: '{hint}',
    explanation: prose`
      A declared load goes to a tcpServer or a unixServer with a handler:

        tune: { load: { kind: 'echo', fd: 'tcp', connections: 8, depth: 4, bytes: 64 } },

      echo wants every message back as it went, ingest and paced want no answer. For every other
      protocol there is { kind: 'command', command: '...' }, or loomgen tune --load '...'.
    `,
  },
  LOOM2020: {
    severity: 'error',
    title: 'Nothing loads the program',
    holes: ['config'],
    what: '{config} declares no load, and none was given.',
    why: 'Variants are compared under a load; without one there is nothing to measure.',
    fix: "Add tune: { load: { kind: 'echo', fd: '...' } } to it, or use --load 'COMMAND'.",
    explanation: prose`
      A command of yours is run once for each trial, with LOOM_TUNE_EXECUTABLE, LOOM_TUNE_ADDON and
      LOOM_TUNE_OUT in its environment. It starts the program, loads it, stops it, and prints one
      line of JSON with at least one figure: {"p50": 10400, "rate": 91000}.
    `,
  },
  LOOM2021: {
    severity: 'error',
    title: 'Nothing to vary',
    holes: ['reason', 'known'],
    what: 'Nothing is left to vary: {reason}.',
    why: 'loomgen tune compares what you have with what else the config allows.',
    fix: 'Let more vary with --vary; there are: {known}.',
    explanation: prose`
      --vary backend,wait looks at nothing else, --keep read leaves that as it is. What a fiber, an
      epoll or a stream makes possible is only varied where there is one.
    `,
  },
  LOOM2022: {
    severity: 'error',
    title: 'The config cannot be changed there',
    holes: ['where', 'value', 'file', 'reason'],
    what: '{where} cannot be set in {file}: {reason}.',
    why: 'Only literals are changed: everything else of the file may mean more than this place.',
    fix: 'Set it yourself - {where}: {value}',
    explanation: prose`
      loomgen tune --write changes a literal in the file of the config, or adds a key to an object
      literal there. The changed text is loaded and lowered before it takes the file's place, and
      has to give the very program that was measured; otherwise the file stays as it is. It also
      stays where its bytes, its owner or its permissions would not, and where it is gone.
    `,
  },
  LOOM2023: {
    severity: 'error',
    title: 'The load gives no figures',
    holes: ['reason', 'hint'],
    what: 'What you have now could not be measured: {reason}.',
    why: 'Everything else is compared with it.',
    fix: '{hint}',
    explanation: prose`
      A trial counts when its load ends with exit code 0 and its last line is a JSON object that has
      the figure which decides (--metric), above 0. A trial that fails later is discarded, counted,
      and its reason printed.
    `,
  },
  LOOM2024: {
    severity: 'error',
    title: 'This file cannot be tuned',
    holes: ['file'],
    what: '{file} is a representation and no config.',
    why: 'Every choice has been made in it, so that nothing is left to vary.',
    fix: 'Give the config that it was made from: loomgen tune loom.config.ts',
    explanation: prose`
      loom.ir.json is what loomgen build makes of a config. loomgen tune needs the config itself, in
      which the winner is written.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
