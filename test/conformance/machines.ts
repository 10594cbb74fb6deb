/**
 * Machines other than this one whose programs run here: linux-arm64 by a cross compiler and
 * qemu-user, musl's by zig on this kernel. Their programs have epoll alone, for qemu-user knows no
 * io_uring, and so no library of theirs has to be here.
 */

import { targets } from '../../schemas/targets.ts';
import { thisMachine } from '../../templates/bindings/prebuilds.ts';
import { launcherOf } from '../../generator/check_addon.ts';
import { thisSystem } from '../../generator/doctor/system.ts';
import { findToolchain, missingToolchain } from '../../generator/toolchain.ts';
import type { Executables, Scenario, Stage } from './world.ts';

/** How a target's programs are compiled and started here. */
export interface Machine {
  /** The target's name. */
  name: string;
  /** The compiler's words, its path first. */
  compiler: readonly string[];
  /** What starts its programs; nothing where this kernel does. */
  launcher: readonly string[];
  /** Configs for it where `loom.config.ts` will not do, by program. */
  configs: { client?: string; clientInFibers?: string; datagrams?: string };
  /** Scenarios that cannot be played on it, and why. */
  leftOut: Readonly<Record<string, string>>;
}

const noUdp = 'setsockopt(SO_RXQ_OVFL) gives ENOPROTOOPT, and MCAST_JOIN_GROUP as well';

/** What Debian 12's qemu-user 7.2 lacks, seen with programs of ten lines. */
const leftOutByQemu = {
  ...{ datagram_boundaries: noUdp, datagram_group: noUdp, datagram_many: noUdp },
  ...{ datagram_peer: noUdp, datagram_refused: noUdp, datagram_truncation: noUdp },
  passing: 'recvmsg(2) does not set MSG_CTRUNC, which tells that descriptors were lost',
};

/** What can be opened there, and lasts as long as it does there. */
const configsForQemu = {
  client: './client/patient.config.ts',
  clientInFibers: './client/patient_fiber.config.ts',
  datagrams: './datagrams/unix.config.ts',
};

/** The machine of a target; a text says what is missing here, and what to type. */
export function findMachine(name: string): Machine | string {
  const target = targets.find((each) => each.name === name);
  if (target === undefined) throw new RangeError(`there is no target ${name}`);
  const system = thisSystem(process.env);
  const launcher = launcherOf(target, system);
  if (typeof launcher === 'string') return launcher;
  const toolchain = findToolchain(target, system, thisMachine(), false);
  if (toolchain !== null) {
    // zig's clang and musl's headers have warnings of their own; the tests' compilers see ours.
    const compiler = [...toolchain.compiler, ...(toolchain.kind === 'zig' ? ['-w'] : [])];
    if (launcher.length === 0) return { name, compiler, launcher, configs: {}, leftOut: {} };
    return { name, compiler, launcher, configs: configsForQemu, leftOut: leftOutByQemu };
  }
  const { tried, command } = missingToolchain(target, thisMachine(), false);
  return `${tried} is missing; type: ${command}`;
}

/** What of a list is played on a machine. */
export function playable({ leftOut }: Machine, list: readonly Scenario[]): readonly Scenario[] {
  return list.filter(({ name }) => !(name in leftOut));
}

/** A machine's programs as scenarios start them. */
export function stageOf({ launcher }: Machine, executables: Executables): Stage {
  return { executables, backend: 'epoll', launcher };
}
