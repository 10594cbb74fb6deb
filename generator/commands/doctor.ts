/** `loomgen doctor`: the tools and libraries that compiling needs, and what to type for them. */
import { spawnSync } from 'node:child_process';
import { findTool, type Tool, tools } from '../tools.ts';
import { findTracy } from '../trace/tracy.ts';
import { data, talk } from './talk.ts';
import type { Environment } from '../environment.ts';

/** One tool or library. */
export interface DoctorFinding {
  name: string;
  purpose: string;
  /** Where it is, or its version for a library; null when it is missing. */
  found: string | null;
  version: string | null;
  optional: boolean;
  /** What to type when it is missing. */
  command: string;
}

/** Asks a program for its version; null when it does not say. */
function versionOf(program: string, given: readonly string[]): string | null {
  const asked = spawnSync(program, given, { encoding: 'utf8', timeout: 10_000 });
  const version = /\d+(?:\.\d+)+/.exec(asked.status === 0 ? asked.stdout : '');
  return version?.[0] ?? null;
}

/** Looks for everything; `environment` decides where. */
export function doctor(environment: Environment = process.env): DoctorFinding[] {
  const findings = tools.map((tool: Tool): DoctorFinding => {
    const found = findTool(tool, environment) ?? null;
    return {
      name: tool.name,
      purpose: tool.purpose,
      found,
      version: found === null ? null : versionOf(found, ['--version']),
      optional: tool.optional,
      command: `sudo apt-get install -y ${tool.package}`,
    };
  });
  const pkgConfig = findings.find(({ name }) => name === 'pkg-config')?.found ?? null;
  const version = pkgConfig === null ? null : versionOf(pkgConfig, ['--modversion', 'liburing']);
  findings.push({
    name: 'liburing',
    purpose: 'the io_uring backend',
    found: version === null ? null : 'pkg-config liburing',
    version,
    optional: false,
    command: 'sudo apt-get install -y liburing-dev',
  });
  findings.push(tracyFinding(environment));
  return findings;
}

/** The client of the profiler, which only builds with --trace need. */
function tracyFinding(environment: Environment): DoctorFinding {
  const tracy = findTracy(environment);
  const problem = tracy?.problem ?? null;
  return {
    name: 'Tracy',
    purpose: `builds with --trace${problem === null ? '' : `; the one there is ${problem}`}`,
    found: tracy === null || problem !== null ? null : tracy.folder,
    version: tracy === null ? null : `protocol ${tracy.protocol}`,
    optional: true,
    command: 'npx loomgen explain LOOM7001',
  };
}

/** Prints what was found; gives the exit code: 2 when something that is needed is missing. */
export function runDoctor(given: { json?: boolean | undefined }): number {
  const findings = doctor();
  const missing = findings.filter(({ found, optional }) => found === null && !optional);
  const exitCode = missing.length > 0 ? 2 : 0;
  if (given.json) {
    data(JSON.stringify({ command: 'doctor', exitCode, findings }, null, 2));
    return exitCode;
  }
  for (const { name, found, version, purpose, command } of findings) {
    const state = found === null ? `missing; type: ${command}` : `${version ?? '?'} (${found})`;
    data(`${name.padEnd(14)} ${state} - ${purpose}`);
  }
  if (missing.length > 0) talk(`${missing.length} missing`);
  return exitCode;
}
