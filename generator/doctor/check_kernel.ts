/**
 * The kernel: whether this process may use io_uring, who forbids it when not, and which of what the
 * runtime uses it has. The probe asked; only where there is none do versions and settings tell.
 */
import { minimumKernel } from '../../schemas/backends.ts';
import type { Probe } from './check_tools.ts';
import { type DoctorFinding, finding, isAtLeast } from './finding.ts';
import type { System } from './system.ts';

/** What the probe prints; every other key is a feature. */
interface Answer {
  /** errno of io_uring_setup(2), 0 when it gave a ring. */
  error: number;
  operations?: number;
  [feature: string]: number | boolean | undefined;
}

/** errno(3). */
const notPermitted = 1;
const notImplemented = 38;

/** Features without which the io_uring backend does not start, and with what it does otherwise. */
const features: Readonly<Record<string, { isNeeded: boolean; words: string }>> = {
  SINGLE_ISSUER: { isNeeded: true, words: 'Linux 6.0' },
  DEFER_TASKRUN: { isNeeded: true, words: 'Linux 6.1' },
  SUBMIT_ALL: { isNeeded: true, words: 'Linux 5.18' },
  BUFFER_RINGS: { isNeeded: true, words: 'Linux 5.19' },
  RECVSEND_BUNDLE: { isNeeded: false, words: "Linux 6.10; read: 'bundle' is plain without it" },
};

const common = { subject: 'kernel' } as const;

/** What the probe printed; null when that is no object. */
function answerOf(probe: Probe): Answer | null {
  if (!probe.compiled) return null;
  try {
    return JSON.parse(probe.output) as Answer;
  } catch {
    return null;
  }
}

/** The kernel itself. */
function kernel(system: System): DoctorFinding {
  const release = system.kernel;
  const minimum = minimumKernel('io_uring');
  const isNew = isAtLeast(release, minimum);
  return finding({
    ...common,
    ...{ name: 'Linux', purpose: `io_uring needs ${minimum}, epoll any`, version: release },
    status: isNew ? 'ok' : 'warn',
    seen: isNew ? 'new enough for io_uring' : 'programs take epoll',
    command: `sudo apt-get install -y linux-image-${system.arch === 'x64' ? 'amd64' : system.arch}`,
  });
}

/** Who says no, and what undoes it. */
function refusal(system: System, error: number): { seen: string; command: string | null } {
  if (error === notImplemented) {
    return { seen: 'the kernel was built without it (ENOSYS)', command: null };
  }
  const setting = system.read('/proc/sys/kernel/io_uring_disabled') ?? '0';
  if (setting !== '0') {
    const who = setting === '1' ? 'all but a group' : 'everybody';
    return {
      seen: `kernel.io_uring_disabled is ${setting}: forbidden to ${who}`,
      command: 'sudo sysctl kernel.io_uring_disabled=0',
    };
  }
  const status = system.read('/proc/self/status') ?? '';
  if (error === notPermitted && /^Seccomp:\s*2$/m.test(status)) {
    return {
      seen: 'a seccomp filter forbids it, as containers have it (EPERM)',
      command: 'docker run --security-opt seccomp=unconfined …',
    };
  }
  return { seen: `io_uring_setup fails with errno ${error}`, command: null };
}

/** Whether this process gets a ring. */
function ring(system: System, probe: Probe, answer: Answer | null): DoctorFinding {
  const names = { name: 'io_uring', purpose: 'the first backend; programs take epoll without it' };
  if (answer === null) {
    const why = probe.compiled ? 'its probe says nothing' : 'its probe does not compile';
    return finding({ ...common, ...names, status: 'warn', seen: `not tried: ${why}` });
  }
  if (answer.error !== 0) {
    return finding({ ...common, ...names, status: 'warn', ...refusal(system, answer.error) });
  }
  const seen = `this process may use it; ${answer.operations ?? 0} operations`;
  return finding({ ...common, ...names, status: 'ok', seen });
}

/** What a ring here can do of what the runtime uses. */
function ringFeatures(answer: Answer): DoctorFinding {
  const missing = Object.entries(features).filter(([name]) => answer[name] !== true);
  const isGood = missing.length === 0;
  const words = missing.map(([name, { words: since }]) => `${name} (${since})`).join(', ');
  const isFatal = missing.some(([, { isNeeded }]) => isNeeded);
  return finding({
    ...common,
    ...{ name: 'io_uring has', status: isGood ? 'ok' : 'warn' },
    purpose: 'what the io_uring backend is made of',
    seen: isGood
      ? Object.keys(features).join(', ')
      : `missing: ${words}${isFatal ? '; programs take epoll' : ''}`,
  });
}

/** Everything about the kernel; nothing on other systems. */
export function checkKernel(system: System, probe: Probe): DoctorFinding[] {
  if (system.platform !== 'linux') return [];
  const answer = answerOf(probe);
  const found = [kernel(system), ring(system, probe, answer)];
  if (answer !== null && answer.error === 0) found.push(ringFeatures(answer));
  return found;
}
