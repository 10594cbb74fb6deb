/**
 * What `loomgen build --target` needs for targets other than this machine: compilers, and what runs
 * their programs here. None of them is needed otherwise, so what is missing is never a failure.
 */
import { type Target, targets } from '../../schemas/targets.ts';
import { wineOutsidePath } from '../check_addon.ts';
import { findZig, zigCommand, zigSteps } from '../toolchain.ts';
import { type DoctorFinding, finding, versionIn } from './finding.ts';
import type { System } from './system.ts';

/** Names of targets besides this machine. */
function namesOf(which: (target: Target) => boolean, system: System): string {
  const own = `${system.platform}-${system.arch}`;
  const others = targets.filter((target) => which(target) && target.name !== own);
  return others.map(({ name }) => name).join(', ');
}

/** One program; `elsewhere` is where its package has it when not in PATH. */
function program(
  system: System,
  name: string,
  debian: string,
  purpose: string,
  elsewhere?: string,
): DoctorFinding {
  const isElsewhere = (path: string) => system.run(path, ['--version']).status === 0;
  const other = elsewhere !== undefined && isElsewhere(elsewhere) ? elsewhere : undefined;
  const path = system.find(name) ?? other;
  const common = { name, purpose, subject: 'cross tools', packages: [debian] } as const;
  if (path === undefined) return finding({ ...common, status: 'warn', seen: 'missing' });
  const version = versionIn(system.run(path, ['--version']));
  return finding({ ...common, status: 'ok', seen: path, version });
}

/** zig, which comes from PyPI. */
function zig(system: System): DoctorFinding {
  const words = findZig(system);
  const purpose = `compiles for ${namesOf((target) => target.zig !== null, system)}`;
  const common = { name: 'zig', purpose, subject: 'cross tools' } as const;
  if (words === null) {
    const steps = zigSteps(system);
    const missing = { status: 'warn', seen: 'missing', command: zigCommand } as const;
    return finding({ ...common, ...missing, steps, packages: ['python3-venv'] });
  }
  const [first = '', ...rest] = words;
  const version = versionIn(system.run(first, [...rest, 'version']));
  return finding({ ...common, status: 'ok', seen: words.join(' '), version });
}

/** Every cross tool. */
export function checkCross(system: System): DoctorFinding[] {
  const native = (target: Target): boolean =>
    target.platform === system.platform && target.arch === system.arch;
  const compilers = targets.flatMap((target) => {
    const { cross } = target;
    if (cross === null || native(target)) return [];
    const purpose = `compiles for ${namesOf((each) => each === target, system)}`;
    return [program(system, cross.program, cross.package, purpose)];
  });
  const qemu = (target: Target): boolean => target.emulator === 'qemu' && !native(target);
  const emulators = targets.some(qemu)
    ? [program(system, 'qemu-aarch64', 'qemu-user', `runs programs for ${namesOf(qemu, system)}`)]
    : [];
  const wine = (target: Target): boolean => target.emulator === 'wine';
  const runs = `runs programs for ${namesOf(wine, system)}`;
  const wines = program(system, 'wine64', 'wine64', runs, wineOutsidePath);
  return [zig(system), ...compilers, ...emulators, wines];
}
