/** Node, the compilers and the programs that `compile` runs. */
import { join } from 'node:path';
import { packageRoot } from '../package_root.ts';
import { findToolIn, furtherWords, type Tool, tools, toolsOn } from '../tools.ts';
import { type DoctorFinding, finding, isAtLeast, versionIn } from './finding.ts';
import type { System } from './system.ts';

/** The oldest Node that loomgen and what it emits are tested on. */
const oldestNode = '20.19';

/** The compiled templates/doctor/probe.cpp, or why there is none. */
export type Probe = { compiled: true; output: string } | { compiled: false; why: string };

/** Node itself. */
function node({ node: version }: System): DoctorFinding {
  const isNew = isAtLeast(version, oldestNode);
  return finding({
    ...{ name: 'Node.js', subject: 'tools', purpose: 'runs loomgen and the addons', version },
    status: isNew ? 'ok' : 'fail',
    seen: isNew ? process.execPath : `older than ${oldestNode}`,
    command: `get Node ${oldestNode} or newer from https://nodejs.org/en/download`,
  });
}

/** One of `tools`: whether it is there and new enough. */
function toolFinding(system: System, tool: Tool): DoctorFinding {
  const { name, purpose, optional, minimum } = tool;
  const path = findToolIn(tool, system);
  const common = { name, purpose, subject: 'tools', packages: [tool.package] } as const;
  const bad = optional ? 'warn' : 'fail';
  if (path === undefined) return finding({ ...common, status: bad, seen: 'missing' });
  const given = [...furtherWords(tool, system.environment), '--version'];
  const version = versionIn(system.run(path, given));
  const isOld = version !== null && minimum !== undefined && !isAtLeast(version, minimum);
  const seen = isOld ? `${path}, older than ${minimum}` : path;
  return finding({ ...common, status: isOld ? bad : 'ok', seen, version });
}

/** Compiles and runs the probe; what it prints is for `checkKernel`. */
export function runProbe(system: System): Probe {
  const tool = tools.find(({ variable }) => variable === 'CXX');
  const compiler = tool && findToolIn(tool, system);
  if (tool === undefined || compiler === undefined) return { compiled: false, why: 'no compiler' };
  const source = join(packageRoot(), 'templates', 'doctor', 'probe.cpp');
  return system.withFolder((folder) => {
    const program = join(folder, 'probe');
    const words = furtherWords(tool, system.environment);
    const compiled = system.run(compiler, [...words, '-std=c++20', source, '-o', program]);
    if (compiled.status !== 0) {
      const [first = ''] = compiled.stderr.split('\n').filter((line) => line.includes('error'));
      return { compiled: false, why: first === '' ? `exit ${compiled.status}` : first };
    }
    return { compiled: true, output: system.run(program, []).stdout };
  });
}

/** C++20, as shown by the probe. */
function standard(probe: Probe): DoctorFinding {
  return finding({
    ...{ name: 'C++20', subject: 'tools', purpose: 'what the reactors are written in' },
    status: probe.compiled ? 'ok' : 'fail',
    seen: probe.compiled ? 'a program of it was compiled and run' : probe.why,
    packages: ['g++'],
  });
}

/** Every tool, and what the probe says of the compiler. */
export function checkTools(system: System, probe: Probe): DoctorFinding[] {
  const found = toolsOn(system.platform).map((tool) => toolFinding(system, tool));
  const [compiler, ...others] = found;
  const first = compiler === undefined ? [] : [compiler];
  // On other systems the probe, which asks Linux, says nothing about the compiler.
  const cxx = system.platform === 'linux' ? [standard(probe)] : [];
  return [node(system), ...first, ...cxx, ...others];
}
