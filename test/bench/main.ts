/** `npm run bench`: the options of the benchmark; bench.ts and gate.ts do what they ask for. */

import { parseArgs } from 'node:util';
import { printServers, runBench, show } from './bench.ts';
import { gate, gateText } from './gate.ts';
import { readReport } from './pictures/saved.ts';

const usage = `usage: npm run bench -- [options]

  --quick            a few scenarios, servers and rounds: less than three minutes
  --scenario NAME    only this one; may be given again
  --only NAME        only those whose name begins so, and those of --peer; may be given again,
                     and \`none\` is none but those of --peer
  --peer NAME=COMMAND  a server of yours, which keeps the contract of test/bench/README.md
  --baseline NAME    the server that the others are compared with; else the first
  --rounds N         rounds; each has every scenario and server once, in an order of its own
  --milliseconds N   measured in each trial
  --seed N           of the orders and the intervals; else a new one, which is printed
  --gate             fails when a message takes more instructions or kernel entries than recorded
  --record           with --gate: records them
  --json             the report as JSON
  --report FILE      also a page of it, with pictures, that needs nothing else
  --svg FOLDER       also its pictures as files
  --from FILE        shows what --json printed into FILE, and measures nothing
  --servers          builds our servers and prints {name: command} as JSON, nothing else
`;

/** A whole number of an option. */
function natural(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,10}$/.test(text) || (Number(text) === 0 && name !== 'seed')) {
    throw new RangeError(`--${name} takes a whole number, not '${text}'`);
  }
  return Number(text);
}

/** What the command line says. */
function readOptions() {
  return parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      servers: { type: 'boolean', default: false },
      gate: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      report: { type: 'string' },
      svg: { type: 'string' },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
      scenario: { type: 'string', multiple: true, default: [] },
      only: { type: 'string', multiple: true, default: [] },
      peer: { type: 'string', multiple: true, default: [] },
      baseline: { type: 'string' },
      rounds: { type: 'string' },
      milliseconds: { type: 'string' },
      seed: { type: 'string' },
    },
  }).values;
}

type Options = ReturnType<typeof readOptions>;

/** @throws {RangeError} when an option would mean nothing beside another */
function refuseMeaningless(options: Options): void {
  const given = (names: readonly (keyof Options)[]): string | undefined =>
    names.find((name) => {
      const value = options[name];
      return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
    });
  if (options.record && !options.gate) throw new RangeError('--record belongs to --gate');
  const writing = given(['report', 'svg', 'from']);
  if (writing !== undefined && (options.gate || options.servers)) {
    throw new RangeError(`--${writing} needs a run, and --gate and --servers are none`);
  }
  const measuring = given([
    ...(['quick', 'scenario', 'only', 'peer', 'baseline', 'rounds', 'milliseconds'] as const),
    'seed',
  ]);
  if (options.from !== undefined && measuring !== undefined) {
    throw new RangeError(`--from measures nothing, so --${measuring} means nothing beside it`);
  }
  const empty = (['report', 'svg', 'from'] as const).find((name) => options[name] === '');
  if (empty !== undefined) throw new RangeError(`--${empty} takes a path`);
}

/** The command line as it can be typed again. */
function typed(parameters: readonly string[]): string {
  const words = parameters.map((word) =>
    /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
  );
  return ['npm run bench', ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
}

/** Reads the command line and does what it asks for. @returns the exit code */
async function main(): Promise<number> {
  const values = readOptions();
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  refuseMeaningless(values);
  if (values.servers) return printServers();
  if (values.gate) {
    const rows = await gate(values.record);
    process.stdout.write(gateText(rows));
    return rows.some(({ verdict }) => verdict === 'FAIL') ? 1 : 0;
  }
  const wanted = { page: values.report, pictures: values.svg };
  if (values.from !== undefined) {
    show(readReport(values.from), { json: values.json, wanted });
    return 0;
  }
  return runBench({
    quick: values.quick,
    json: values.json,
    wanted,
    command: typed(process.argv.slice(2)),
    scenarios: values.scenario,
    only: values.only,
    peers: values.peer,
    baseline: values.baseline,
    rounds: natural('rounds', values.rounds),
    measuredMilliseconds: natural('milliseconds', values.milliseconds),
    seed: natural('seed', values.seed),
  });
}

// The servers are in groups of their own: they are ended when this process exits.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(130));
}
try {
  process.exitCode = await main();
} catch (error) {
  const code = (error as { code?: string }).code ?? '';
  if (!(error instanceof RangeError) && !code.startsWith('ERR_PARSE_ARGS')) throw error;
  process.stderr.write(`npm run bench: ${(error as Error).message}\n${usage}`);
  process.exitCode = 2;
}
