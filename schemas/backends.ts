/**
 * What each backend can do: backend × platform × operation × minimum kernel, and the words for it.
 *
 * The generator reads from it which backends a platform has; `loomgen doctor` and the README print
 * the reasons. Kernel versions are those in which the operation works as the runtime uses it, from
 * io_uring_enter(2), io_uring_setup(2) and epoll(7); the runtime probes at start and never trusts
 * a version number.
 */

/** A platform as Node names it. */
export type Platform = 'linux' | 'darwin' | 'freebsd' | 'win32';

/** A backend of any version. */
export type Backend = 'io_uring' | 'epoll' | 'kqueue' | 'iocp';

/** Operations of the runtime's completion contract. */
export type Operation =
  | 'accept'
  | 'connect'
  | 'receive'
  | 'send'
  | 'shutdown'
  | 'close'
  | 'timeout'
  | 'cancel'
  | 'wake';

/** One cell of the table. */
export interface Capability {
  backend: Backend;
  platform: Platform;
  operation: Operation;
  /** Oldest kernel as `major.minor`. */
  minimumKernel: string;
  /** How it is done. */
  reason: string;
}

const row = (
  backend: Backend,
  platform: Platform,
  cells: Record<Operation, readonly [string, string]>,
): Capability[] =>
  (Object.entries(cells) as [Operation, readonly [string, string]][]).map(
    ([operation, [minimumKernel, reason]]) => ({
      backend,
      platform,
      operation,
      minimumKernel,
      reason,
    }),
  );

/**
 * kqueue. What it needs of kqueue(2), EV_RECEIPT and EVFILT_USER, is older than `kernel`: of Darwin
 * that is macOS 11, the first on arm64; of FreeBSD the first with an eventfd(2).
 */
const kqueueFrom = (kernel: string): Record<Operation, readonly [string, string]> => ({
  accept: [kernel, 'accept(2) after EVFILT_READ, until EAGAIN'],
  connect: [kernel, 'a non-blocking connect(2), finished by EVFILT_WRITE and SO_ERROR'],
  receive: [kernel, 'recv(2) after EVFILT_READ, until what the event counted is read'],
  send: [kernel, 'send(2) at once, the rest after EVFILT_WRITE'],
  shutdown: [kernel, 'shutdown(2)'],
  close: [kernel, 'EV_DELETE, then close(2)'],
  timeout: [kernel, 'the time limit of kevent(2)'],
  cancel: [kernel, 'in the process; nothing is in the kernel'],
  wake: [kernel, 'a kqueue with EVFILT_USER'],
});

/** The table. */
export const capabilities: readonly Capability[] = [
  ...row('io_uring', 'linux', {
    accept: ['5.19', 'multishot accept into direct descriptors'],
    connect: ['5.5', 'IORING_OP_CONNECT with a linked timeout'],
    receive: ['6.0', 'multishot receive from a ring of provided buffers'],
    send: ['5.6', 'IORING_OP_SEND, one in flight for a connection'],
    shutdown: ['5.11', 'IORING_OP_SHUTDOWN'],
    close: ['5.15', 'IORING_OP_CLOSE of a direct descriptor'],
    timeout: ['5.4', 'one kernel timeout under the timers of a reactor'],
    cancel: ['5.19', 'IORING_OP_ASYNC_CANCEL by descriptor'],
    wake: ['6.1', 'an eventfd; the ring itself needs DEFER_TASKRUN of 6.1'],
  }),
  ...row('epoll', 'linux', {
    accept: ['2.6.28', 'accept4(2) after an edge, until EAGAIN'],
    connect: ['2.6.28', 'a non-blocking connect(2), finished by EPOLLOUT and SO_ERROR'],
    receive: ['2.6.28', 'recv(2) after an edge, until a short read'],
    send: ['2.6.28', 'send(2) at once, the rest after EPOLLOUT'],
    shutdown: ['2.6.28', 'shutdown(2)'],
    close: ['2.6.28', 'close(2)'],
    timeout: ['2.6.28', 'the time limit of epoll_wait(2)'],
    cancel: ['2.6.28', 'in the process; nothing is in the kernel'],
    wake: ['2.6.28', 'an eventfd'],
  }),
  ...row('kqueue', 'darwin', kqueueFrom('20.0')),
  ...row('kqueue', 'freebsd', kqueueFrom('13.0')),
  // Windows 10 and Server 2016: what the runtime asks for, _WIN32_WINNT.
  ...row('iocp', 'win32', {
    accept: ['10.0', 'AcceptEx, four outstanding for each listener'],
    connect: ['10.0', 'ConnectEx of a socket that is bound to any address'],
    receive: ['10.0', 'WSARecv of no bytes, then recv()'],
    send: ['10.0', 'send() at once, the rest by WSASend'],
    shutdown: ['10.0', 'shutdown()'],
    close: ['10.0', 'closesocket()'],
    timeout: ['10.0', 'the time limit of GetQueuedCompletionStatusEx, in milliseconds'],
    cancel: ['10.0', 'CancelIoEx of sends and connects, the rest in the process'],
    wake: ['10.0', 'PostQueuedCompletionStatus'],
  }),
];

/**
 * The cell of a backend and an operation of the completion contract.
 *
 * @param platform of which; by default of the first one that has the backend.
 */
export function capabilityOf(
  backend: Backend,
  operation: Operation,
  platform?: Platform,
): Capability {
  const found = capabilities.find(
    (each) =>
      each.backend === backend &&
      each.operation === operation &&
      (platform === undefined || each.platform === platform),
  );
  if (found === undefined) throw new Error(`no capability of ${backend} for ${operation}`);
  return found;
}

/** Every platform, in the order in which a config's are shown. */
export const platforms: readonly Platform[] = ['linux', 'darwin', 'freebsd', 'win32'];

/** The backends of a platform, in the table's order. */
export function backendsOf(platform: Platform): Backend[] {
  const found = capabilities.filter((each) => each.platform === platform);
  return [...new Set(found.map((each) => each.backend))];
}

/**
 * The oldest kernel on which a backend has every operation.
 *
 * @param platform whose kernel; by default the first one that has rows of it.
 */
export function minimumKernel(backend: Backend, platform?: Platform): string {
  const rows = capabilities.filter((each) => each.backend === backend);
  const where = platform ?? rows[0]?.platform;
  const versions = rows.filter((each) => each.platform === where);
  const order = (version: string): number[] => version.split('.').map(Number);
  return versions
    .map((each) => each.minimumKernel)
    .reduce((newest, version) => {
      const [first, second] = [order(newest), order(version)];
      const difference = first.findIndex((part, index) => part !== (second[index] ?? 0));
      if (difference < 0) return newest.length >= version.length ? newest : version;
      return (first[difference] ?? 0) > (second[difference] ?? 0) ? newest : version;
    });
}
