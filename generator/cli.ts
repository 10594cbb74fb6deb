/**
 * The command line: yargs, and nothing else. Each verb is a function in commands/ that is
 * imported when it is asked for, so that one verb does not pay for another; nor does a command
 * line that needs no parser pay for yargs.
 *
 * Data goes to stdout, talk to stderr. Exit 0 is ok, 1 a bug in loomgen, 2 a config or environment
 * that cannot work, 4 stale output under --check.
 */
import type { Argv } from 'yargs';
import { plainBuild } from './plain_words.ts';
import type { Diagnostic } from './report/diagnostic.ts';

/** The exit codes of every verb. */
export const exitCodes = { ok: 0, bug: 1, wrong: 2, stale: 4 } as const;

const verbs = ['build', 'init', 'clean', 'inspect', 'explain', 'doctor', 'tune', 'ci'];

/** What --json, --quiet and --verbose have in common over the verbs. */
const talkOptions = {
  json: { type: 'boolean', describe: 'Print one JSON document on stdout' },
  quiet: { type: 'boolean', describe: 'Print nothing when all is well' },
  verbose: { type: 'boolean', describe: 'Print each command and each file' },
} as const;

const configPositional = {
  type: 'string',
  default: 'loom.config.ts',
  describe: 'The config, or a loom.ir.json',
} as const;

const outOption = {
  type: 'string',
  describe: 'The output folder; wins over `out` in the config',
  requiresArg: true,
} as const;

/** The options of `build`. */
const buildOptions = {
  out: outOption,
  target: {
    type: 'string',
    default: 'host',
    describe: 'What to compile for: host, or such as linux-x64,linux-arm64 into prebuilds/',
    requiresArg: true,
  },
  static: { type: 'boolean', describe: 'With --target: link liburing and libstdc++ into it' },
  zig: { type: 'boolean', describe: 'With --target: compile by zig, for an older glibc' },
  backend: {
    type: 'string',
    describe: 'Backends in order of preference, such as io_uring,epoll',
    requiresArg: true,
  },
  release: { type: 'boolean', describe: 'Compile optimised (the default)' },
  debug: { type: 'boolean', describe: 'Compile with assertions, unoptimised' },
  compile: { type: 'boolean', default: true, describe: 'Compile; --no-compile only generates' },
  trace: {
    type: 'boolean',
    describe: 'Build for profiling with Tracy, into <out>-trace (docs/PROFILING.md)',
  },
  check: { type: 'boolean', describe: 'Write nothing; exit 4 when stale' },
  'dry-run': { type: 'boolean', describe: 'Write nothing; print the plan' },
  force: { type: 'boolean', describe: 'Overwrite files edited by hand' },
  ...talkOptions,
} as const;

/** The options of `doctor`. */
const doctorOptions = {
  json: talkOptions.json,
  fix: { type: 'boolean', describe: 'Install what fails, and what is named; asks before' },
  yes: { type: 'boolean', describe: 'With --fix: do not ask' },
} as const;

/** An option that takes a text, and one that takes a number. */
const text = (describe: string) => ({ type: 'string', describe, requiresArg: true }) as const;
const number = (describe: string) => ({ type: 'number', describe, requiresArg: true }) as const;

/** The options of `tune`. */
const tuneOptions = {
  load: text('A command that loads one variant and prints its figures as a line of JSON'),
  metric: text('The figure that decides, such as p99'),
  better: { ...text('Which way it is better'), choices: ['lower', 'higher'] },
  vary: text('Look at nothing but these, such as backend,wait'),
  keep: text('Leave these as they are, such as read'),
  rounds: number('Rounds of each comparison; 11 by default, at least 5'),
  milliseconds: number('Measured in each trial of a declared load; 500 by default'),
  'trial-seconds': number('When a trial of a command is ended; 60 by default'),
  variants: number('Variants that are built at most; 24 by default'),
  minutes: number('When nothing further begins; 15 by default'),
  seed: number('Of the orders and the intervals; by default a new one, which is printed'),
  compile: { ...buildOptions.compile, describe: 'Compile; --no-compile leaves it to the load' },
  write: { type: 'boolean', describe: 'Write the winner into the config without asking' },
  json: talkOptions.json,
  quiet: talkOptions.quiet,
} as const;

/** A command line that yargs refuses. */
class UsageError extends Error {}

/** Reports a command line that cannot be understood; gives the exit code. */
async function reportUsage(message: string, words: readonly string[]): Promise<number> {
  const { diagnostic } = await import('./report/diagnostic.ts');
  const { talkDiagnostics } = await import('./commands/talk.ts');
  const verb = words.find((word) => verbs.includes(word));
  const hint = `Type: loomgen ${verb === undefined ? '' : `${verb} `}--help`;
  const sentence = message.replace(/^Did you mean (.*)\?$/, 'No such command; $1 may be meant');
  const reason = sentence.replaceAll('\n', ' ').replace(/\.$/, '');
  talkDiagnostics([diagnostic('LOOM2014', { reason, hint })]);
  return exitCodes.wrong;
}

/** The diagnostic of an error that no verb expects. */
export async function bugDiagnostic(error: unknown): Promise<Diagnostic> {
  const { diagnostic } = await import('./report/diagnostic.ts');
  const name = error instanceof Error ? error.message : String(error);
  const details = error instanceof Error ? (error.stack ?? name) : name;
  return diagnostic('LOOM9001', { error: name }, { details });
}

/** Declares `ci`. */
function declareCi(parser: Argv, finish: (exitCode: number) => void): Argv {
  return parser.command(
    'ci <host> [config]',
    'Write the workflow that builds, tests and packs the program',
    (y) =>
      y
        .positional('host', {
          choices: ['github', 'gitlab'] as const,
          demandOption: true,
          describe: 'Whose machines run it',
        })
        .positional('config', configPositional)
        .options({ force: { type: 'boolean', describe: 'Write over the one that is there' } }),
    async (given) => {
      const { runCi } = await import('./commands/ci.ts');
      finish(await runCi(given));
    },
  );
}

/** Declares `tune`, which has options enough for a function of its own. */
function declareTune(parser: Argv, finish: (exitCode: number) => void): Argv {
  return parser.command(
    'tune [config]',
    'Measure what else the config could be on this machine, and write the best into it',
    async (y) => {
      const { axesHelp } = await import('./tune/axes.ts');
      return y
        .positional('config', { ...configPositional, describe: 'The config' })
        .options(tuneOptions)
        .epilogue(`What varies:\n${axesHelp}`);
    },
    async (given) => {
      const { runTune } = await import('./commands/tune_output.ts');
      finish(await runTune(given));
    },
  );
}

/** Declares every verb. `run` receives the exit code. */
function declare(parser: Argv, finish: (exitCode: number) => void): Argv {
  return parser
    .command(
      'build [config]',
      'Generate the program and compile it',
      (y) =>
        y
          .positional('config', configPositional)
          .options(buildOptions)
          .conflicts('release', 'debug')
          .conflicts('check', 'dry-run')
          .conflicts('quiet', 'verbose'),
      async (given) => {
        const { runBuild } = await import('./commands/build_run.ts');
        finish(await runBuild(given));
      },
    )
    .command(
      'init [folder]',
      'Write a small working project',
      (y) => y.positional('folder', { type: 'string', default: '.', describe: 'Where' }),
      async (given) => {
        const { runInit } = await import('./commands/init.ts');
        finish(runInit(given));
      },
    )
    .command(
      'clean [config]',
      'Remove what build made, and nothing else',
      (y) => y.positional('config', configPositional).options({ out: outOption, ...talkOptions }),
      async (given) => {
        const { runClean } = await import('./commands/clean.ts');
        finish(await runClean(given));
      },
    )
    .command(
      'inspect [config]',
      'Print every table and buffer of the program; with --json its representation',
      (y) => y.positional('config', configPositional).options({ out: outOption, ...talkOptions }),
      async (given) => {
        const { runInspect } = await import('./commands/inspect.ts');
        finish(await runInspect(given));
      },
    )
    .command(
      'explain <code>',
      'Say what a diagnostic means and what to do',
      (y) => y.positional('code', { type: 'string', demandOption: true, describe: 'Its code' }),
      async (given) => {
        const { runExplain } = await import('./commands/explain.ts');
        finish(runExplain(given));
      },
    )
    .command(
      'doctor [names..]',
      'Say what compiling and running needs, what is here of it, and what to type for the rest',
      (y) =>
        y
          .positional('names', { type: 'string', array: true, describe: 'Nothing but these lines' })
          .options(doctorOptions),
      async (given) => {
        const { runDoctor } = await import('./commands/doctor.ts');
        finish(await runDoctor(given));
      },
    );
}

/** Runs the verb that yargs reads; gives its exit code. */
async function runParsed(words: readonly string[]): Promise<number> {
  const { default: yargs } = await import('yargs');
  let exitCode: number = exitCodes.ok;
  const parser = yargs([...words])
    .scriptName('loomgen')
    .strict()
    .recommendCommands()
    .demandCommand(1, 'say what to do, for example: loomgen build loom.config.ts')
    // An option that is given twice counts the last time; without this so would doctor's names.
    .parserConfiguration({ 'duplicate-arguments-array': words[0] === 'doctor' })
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail((message: string | undefined, error: Error | undefined) => {
      throw error ?? new UsageError(message ?? 'The command line is not complete');
    });
  const finish = (code: number): void => {
    exitCode = code;
  };
  await declareTune(declareCi(declare(parser, finish), finish), finish).parseAsync();
  return exitCode;
}

/**
 * Runs one command line.
 *
 * @param words what was typed after `loomgen`.
 * @returns the exit code; nothing is thrown.
 */
export async function main(words: readonly string[]): Promise<number> {
  try {
    const plain = plainBuild(words);
    if (plain === null) return await runParsed(words);
    const { runBuild } = await import('./commands/build_run.ts');
    return await runBuild(plain);
  } catch (error) {
    if (error instanceof UsageError) return reportUsage(error.message, words);
    const { talkDiagnostics } = await import('./commands/talk.ts');
    talkDiagnostics([await bugDiagnostic(error)]);
    return exitCodes.bug;
  }
}
