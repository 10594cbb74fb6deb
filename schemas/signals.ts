/**
 * The signals that a program can read: Linux's numbers on x86-64 and arm64, signal(7). Left out are
 * those that cannot be blocked (SIGKILL, SIGSTOP) and those of a thread's own faults.
 */
export const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
};

/** The name of a signal; its number when it has none here. */
export function signalName(number: number): string {
  const found = Object.entries(signalNumbers).find(([, each]) => each === number);
  return found?.[0] ?? String(number);
}
