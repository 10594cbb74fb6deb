/** `npm run bench` once its options are read: builds servers, measures them, and prints. */

import { availableParallelism } from 'node:os';
import { buildLoad } from './compile.ts';
import { innerContests, inners } from './inner/contests.ts';
import type { Inner } from './inner/entrant.ts';
import { loomServers } from './loom_servers.ts';
import { peers as otherPeers } from './peers.ts';
import { machineNow, remarksOn, tasksetCores } from '../../generator/measure/machine.ts';
import { makeFolders, type Wanted, writePictures } from './pictures/write.ts';
import { progress, say } from './progress.ts';
import { whyNoRecording } from './recording.ts';
import { type Report, reportText, sectionOf } from './report.ts';
import { runRounds } from '../../generator/measure/rounds.ts';
import { type Contest, contestsOf, takesPart } from './rounds.ts';
import { modeOf, type Scenario, scenarios } from './scenarios.ts';
import { buildAll, type Need, type Peer, peerOfOption, type Server } from './server.ts';
import { seeded } from '../../generator/measure/statistics.ts';
import { type Setting, whyNotStartable } from './trial.ts';

/** What a run is asked for. */
export interface BenchOptions {
  quick: boolean;
  json: boolean;
  /** Which page and pictures to write. */
  wanted: Wanted;
  /** As it was typed. */
  command: string;
  /** Names; none: all. */
  scenarios: readonly string[];
  /** Beginnings of names of servers, or of what is measured without one; none: all. */
  only: readonly string[];
  /** Servers of a command line, NAME=COMMAND. */
  peers: readonly string[];
  baseline?: string | undefined;
  rounds?: number | undefined;
  measuredMilliseconds?: number | undefined;
  seed?: number | undefined;
}

/** What `--only` calls no server of ours. */
const nobody = 'none';
/** A whole quick run, builds included, stays below three minutes. */
const quickLimitMilliseconds = 165_000;
const usual = { rounds: 11, measuredMilliseconds: 500, warmupMilliseconds: 100 };
const quick = { rounds: 5, measuredMilliseconds: 250, warmupMilliseconds: 50 };

/** What a run plays: loads of servers, and scenarios without one. */
interface Chosen {
  loads: readonly Scenario[];
  inner: readonly Inner[];
}

/** @throws {RangeError} naming a scenario that does not exist */
function chosenScenarios(options: BenchOptions): Chosen {
  const names = [...scenarios, ...inners].map(({ name }) => name);
  const unknown = options.scenarios.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`no scenario '${unknown}'; there are ${names.join(', ')}`);
  }
  const isWanted = ({ name, quick: isQuick }: { name: string; quick: boolean }): boolean =>
    options.scenarios.length > 0 ? options.scenarios.includes(name) : isQuick || !options.quick;
  return { loads: scenarios.filter(isWanted), inner: inners.filter(isWanted) };
}

/**
 * The loads that can be played here; `remarks` say which cannot.
 * @param why there is no recording; undefined where there is one
 */
export function playable(
  loads: readonly Scenario[],
  why: string | undefined,
  remarks: string[],
): readonly Scenario[] {
  if (why === undefined) return loads;
  return loads.filter(({ load, name }) => {
    if (load === 'replay') remarks.push(`Left out: ${name}: ${why}`);
    return load !== 'replay';
  });
}

/** The names that `--only` asks for; undefined: all. */
function wantedNames({ only }: BenchOptions): readonly string[] | undefined {
  return only.length === 0 ? undefined : only.filter((beginning) => beginning !== nobody);
}

/** Servers that the options ask for; those of the command line always take part. */
async function chosenPeers(options: BenchOptions, inner: readonly Inner[]): Promise<Peer[]> {
  const known = [...loomServers, ...otherPeers];
  const others = inners.flatMap(({ entrants }) => entrants.map(({ name }) => name));
  const wanted = wantedNames(options);
  const isWanted = ({ name, quick: isQuick = true }: Peer): boolean =>
    wanted?.some((beginning) => name.startsWith(beginning)) ?? (isQuick || !options.quick);
  const all = [...known.map(({ name }) => name), ...new Set(others)];
  const lost = wanted?.find((beginning) => !all.some((name) => name.startsWith(beginning)));
  if (lost !== undefined) throw new RangeError(`no server '${lost}'; there are ${all.join(', ')}`);
  const chosen = [...known.filter(isWanted), ...options.peers.map(peerOfOption)];
  const names = chosen.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RangeError(`two servers are called '${twice}'`);
  const { baseline } = options;
  const bases = [...names, ...inner.flatMap(({ entrants }) => entrants.map(({ name }) => name))];
  if (baseline !== undefined && !bases.includes(baseline)) {
    throw new RangeError(
      `no server '${baseline}' to be the baseline; there are ${bases.join(', ')}`,
    );
  }
  return chosen;
}

const needOf = (scenario: Scenario): Need => ({
  mode: modeOf(scenario),
  transport: scenario.transport,
});

/** Builds; whoever cannot be built is left out, and `remarks` say so. */
async function build(
  peers: readonly Peer[],
  needs: readonly Need[],
  remarks: string[],
): Promise<Server[]> {
  say(`building ${peers.length} servers, unless they are`);
  return buildAll(peers, needs, availableParallelism(), ({ name }, reason) => {
    say(`left out: ${name}: ${reason}`);
    remarks.push(`Left out: ${name}, which cannot be built: ${reason.split('\n', 1)[0]}`);
  });
}

/** The servers that start and stop; `remarks` say who does not. */
async function startable(
  servers: readonly Server[],
  loads: readonly Scenario[],
  remarks: string[],
): Promise<Server[]> {
  const standing: Server[] = [];
  for (const server of servers) {
    const load = loads.find((one) => takesPart(server, one));
    if (load === undefined) continue;
    const why = await whyNotStartable(server.command, needOf(load));
    if (why === undefined) standing.push(server);
    else remarks.push(`Left out: ${server.name}, which does not start: ${why}`);
  }
  return standing;
}

/** Builds our servers and prints their commands. @returns the exit code */
export async function printServers(): Promise<number> {
  const remarks: string[] = [];
  const servers = await build(loomServers, scenarios.map(needOf), remarks);
  const commands = Object.fromEntries(servers.map(({ name, command }) => [name, command]));
  process.stdout.write(`${JSON.stringify(commands, null, 2)}\n`);
  return remarks.length === 0 ? 0 : 1;
}

/** Builds everybody who takes part; `remarks` say who cannot. */
async function contests(
  { loads, inner }: Chosen,
  peers: readonly Peer[],
  options: BenchOptions,
  setting: Omit<Setting, 'load'>,
  remarks: string[],
): Promise<Contest[]> {
  const load = peers.length === 0 ? '' : await buildLoad();
  const built = peers.length === 0 ? [] : await build(peers, loads.map(needOf), remarks);
  const servers = await startable(built, loads, remarks);
  const wanted = wantedNames(options);
  const isWanted = ({ name }: { name: string }): boolean =>
    wanted?.some((beginning) => name.startsWith(beginning)) ?? true;
  if (inner.length > 0) say('building what is measured without a server, unless it is');
  const all = { ...setting, load };
  const withoutServers = await innerContests(inner, isWanted, all, (who, reason) => {
    say(`left out: ${who}: ${reason}`);
    remarks.push(`Left out: ${who}: ${reason.split('\n', 1)[0]}`);
  });
  const everything = [...contestsOf(servers, loads, all), ...withoutServers];
  return everything.filter(({ field }) => field.length > 0);
}

/** Measures. @returns what was found */
export async function measure(options: BenchOptions): Promise<Report> {
  const begin = performance.now();
  const asked = chosenScenarios(options);
  const machine = machineNow();
  const remarks = remarksOn(machine);
  const chosen = { ...asked, loads: playable(asked.loads, whyNoRecording(), remarks) };
  const peers = (await chosenPeers(options, chosen.inner)).filter((peer) =>
    chosen.loads.some((load) => takesPart(peer, load)),
  );
  const size = options.quick ? quick : usual;
  const rounds = options.rounds ?? size.rounds;
  const seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
  const random = seeded(seed);
  const measuredMilliseconds = options.measuredMilliseconds ?? size.measuredMilliseconds;
  const { warmupMilliseconds } = size;
  const setting = { measuredMilliseconds, warmupMilliseconds, ...tasksetCores() };
  const taking = await contests(chosen, peers, options, setting, remarks);
  const limit = options.quick ? begin + quickLimitMilliseconds : Number.POSITIVE_INFINITY;
  const results = await runRounds(
    taking,
    options.baseline,
    { rounds, trialMilliseconds: measuredMilliseconds, deadlineMilliseconds: limit },
    random,
    progress(),
  );
  const lengths = results.flatMap(({ trials }) => [...trials.values()].map((t) => t.length));
  const played = Math.max(0, ...lengths);
  const planned = Math.max(0, ...taking.map((one) => Math.min(one.rounds ?? rounds, rounds)));
  if (played < planned) remarks.push(`Time was up after ${played} of ${planned} rounds.`);
  const sections = results.map((result) => sectionOf(result, random));
  for (const { rows, scenario } of sections) {
    for (const { server, trials, discarded } of rows) {
      if (trials > 0) continue;
      remarks.push(
        `Without a figure: ${server} in ${scenario}: ${discarded[0]?.why ?? 'no trial'}`,
      );
    }
  }
  const { command } = options;
  return { command, machine, seed, rounds: played, measuredMilliseconds, remarks, sections };
}

/** Prints a report, and writes what is wanted of it. */
export function show(
  report: Report,
  { json, wanted }: Pick<BenchOptions, 'json' | 'wanted'>,
): void {
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : reportText(report));
  for (const file of writePictures(report, wanted)) say(`wrote ${file}`);
}

/** Measures and prints. @returns the exit code: 1 when nobody has a figure */
export async function runBench(options: BenchOptions): Promise<number> {
  makeFolders(options.wanted);
  const report = await measure(options);
  show(report, options);
  return report.sections.some(({ rows }) => rows.some(({ trials }) => trials > 0)) ? 0 : 1;
}
