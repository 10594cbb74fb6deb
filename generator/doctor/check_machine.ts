/**
 * Settings of the machine that decide how even latencies are, or how much memory a ring may pin.
 * None of them stops a program; each line says what it does and how it is changed.
 */
import { type DoctorFinding, finding } from './finding.ts';
import type { System } from './system.ts';

const common = { subject: 'machine' } as const;

/** Rings of large registered buffers are pinned up to this; less is enough for most programs. */
const memlockBytes = 64 * 1024 * 1024;

/** Bytes that may be pinned. */
function memlock(system: System): DoctorFinding[] {
  const limits = system.read('/proc/self/limits') ?? '';
  const limit = /^Max locked memory\s+(\S+)/m.exec(limits)?.[1];
  if (limit === undefined) return [];
  const isGood = limit === 'unlimited' || Number(limit) >= memlockBytes;
  const words = limit === 'unlimited' ? limit : `${Math.floor(Number(limit) / 1024)} KiB`;
  return [
    finding({
      ...common,
      ...{ name: 'memlock', status: isGood ? 'ok' : 'warn' },
      purpose: 'registered buffers of files; transfers are plain, and slower, past it',
      seen: words,
      command: `ulimit -l ${memlockBytes / 1024}`,
    }),
  ];
}

/** How many cores a list such as `0-3,8` has. */
function countCores(list: string): number {
  return list.split(',').reduce((sum, range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return Number.isInteger(last - first) && range !== '' ? sum + last - first + 1 : sum;
  }, 0);
}

/** The cores that this process may run on, and those that nothing else does. */
function cores(system: System): DoctorFinding[] {
  const status = system.read('/proc/self/status') ?? '';
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1];
  if (allowed === undefined) return [];
  const count = countCores(allowed);
  const isolated = system.read('/sys/devices/system/cpu/isolated') ?? '';
  return [
    finding({
      ...common,
      ...{ name: 'cores allowed', status: count >= 2 ? 'ok' : 'warn' },
      purpose: "a reactor with wait: 'spin' takes one for itself",
      seen: `${allowed} (${count})`,
      command: null,
    }),
    finding({
      ...common,
      ...{ name: 'cores isolated', status: isolated === '' ? 'warn' : 'ok' },
      purpose: 'where the kernel runs nothing but what is pinned there',
      seen: isolated === '' ? 'none' : isolated,
      command:
        count < 2
          ? null
          : `add isolcpus=${allowed.split(/[-,]/).at(-1)} to the kernel's command line, and reboot`,
    }),
  ];
}

/** The governor of each allowed core's frequency. */
function governor(system: System): DoctorFinding[] {
  const path = '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor';
  const seen = system.read(path);
  const name = 'governor';
  const purpose = 'a core that slows down when idle wakes late';
  if (seen === null) {
    const words = 'none that is seen here, as in virtual machines';
    return [finding({ ...common, name, purpose, status: 'ok', seen: words })];
  }
  const status = seen === 'performance' ? 'ok' : 'warn';
  const command = 'sudo cpupower frequency-set -g performance';
  return [finding({ ...common, name, purpose, status, seen, command })];
}

/** Transparent huge pages. */
function hugePages(system: System): DoctorFinding[] {
  const text = system.read('/sys/kernel/mm/transparent_hugepage/enabled');
  const seen = /\[(\w+)\]/.exec(text ?? '')?.[1];
  if (seen === undefined) return [];
  return [
    finding({
      ...common,
      ...{ name: 'huge pages', status: seen === 'always' ? 'warn' : 'ok', seen },
      purpose: "transparent ones; under 'always' the kernel moves pages while programs run",
      command: 'echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled',
    }),
  ];
}

/** Busy polling of sockets, which is a choice: no setting of it is wrong. */
function busyPoll(system: System): DoctorFinding[] {
  const [poll, read] = ['busy_poll', 'busy_read'].map((name) =>
    system.read(`/proc/sys/net/core/${name}`),
  );
  if (poll === null || poll === undefined) return [];
  const isOn = poll !== '0' || read !== '0';
  return [
    finding({
      ...common,
      ...{ name: 'busy poll', status: 'ok' },
      purpose: 'asks the network card instead of waiting for it, for a core; loopback has none',
      seen: isOn
        ? `net.core.busy_poll ${poll} µs, busy_read ${read} µs`
        : 'off; sudo sysctl net.core.busy_poll=50 turns it on',
    }),
  ];
}

/** Every setting; nothing on other systems. */
export function checkMachine(system: System): DoctorFinding[] {
  if (system.platform !== 'linux') return [];
  return [memlock, cores, governor, hugePages, busyPoll].flatMap((check) => check(system));
}
