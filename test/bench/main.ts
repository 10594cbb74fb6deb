/** `npm run bench`: the options of the benchmark; bench.ts and gate.ts do what they ask for. */

import { parseArgs } from 'node:util';
import { printServers, runBench } from './bench.ts';
import { gate, gateText } from './gate.ts';

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

/** Reads the command line and does what it asks for. @returns the exit code */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      servers: { type: 'boolean', default: false },
      gate: { type: 'boolean', default: false },
      record: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      scenario: { type: 'string', multiple: true, default: [] },
      only: { type: 'string', multiple: true, default: [] },
      peer: { type: 'string', multiple: true, default: [] },
      baseline: { type: 'string' },
      rounds: { type: 'string' },
      milliseconds: { type: 'string' },
      seed: { type: 'string' },
    },
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (values.record && !values.gate) throw new RangeError('--record belongs to --gate');
  if (values.servers) return printServers();
  if (values.gate) {
    const rows = await gate(values.record);
    process.stdout.write(gateText(rows));
    return rows.some(({ verdict }) => verdict === 'FAIL') ? 1 : 0;
  }
  return runBench({
    quick: values.quick,
    json: values.json,
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
