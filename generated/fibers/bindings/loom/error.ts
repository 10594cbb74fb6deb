/**
 * Errors of a running program. Those of the native side (LOOM5xxx) arrive with a sentence of their
 * own; those raised here are made by the functions below, so that each sentence stands once.
 * `loomgen explain CODE` tells more of each.
 */
import { getSystemErrorMap } from 'node:util';

/** What an error tells besides code, fd and errno. */
export interface MoreOfError {
  readonly channel?: string | undefined;
  readonly call?: string | undefined;
  /** What was thrown first. */
  readonly cause?: unknown;
}

/** An error with a code to look up, and the fd or channel it concerns where there is one. */
export class LoomError extends Error {
  override readonly name = 'LoomError';
  /** Such as 'LOOM5002'; stable across versions. */
  readonly code: string;
  /** Name of the fd in the config, or undefined when no single fd is concerned. */
  readonly fd: string | undefined;
  /** Name of the channel in the config, or undefined when no single channel is concerned. */
  readonly channel: string | undefined;
  /** Name of the call in the config, or undefined when no single call is concerned. */
  readonly call: string | undefined;
  /** The kernel's word for it, such as 'EADDRINUSE', where a system call failed. */
  readonly systemError: string | undefined;
  /**
   * Its number, negative as in the errors of Node (-98 of EADDRINUSE), where a system call failed;
   * `util.getSystemErrorMap()` knows what each means.
   */
  readonly errno: number | undefined;

  /** `errno` is the kernel's, positive; 0 is none. */ constructor(
    code: string,
    message: string,
    fd?: string,
    errno: number = 0,
    more: MoreOfError = {},
  ) {
    super(message, 'cause' in more ? { cause: more.cause } : undefined);
    this.code = code;
    this.fd = fd;
    this.channel = more.channel;
    this.call = more.call;
    this.systemError = errno === 0 ? undefined : systemErrorOf(errno).word;
    this.errno = errno === 0 ? undefined : -errno;
  }
}

/** The kernel's word for a positive errno, and what it means: empty where nobody knows. */
export function systemErrorOf(errno: number): { word: string; meaning: string } {
  const [word, meaning] = getSystemErrorMap().get(-errno) ?? [`errno ${errno}`, ''];
  return { word, meaning };
}

/** How a program is built again. */
export interface Rebuild {
  /** Whether the folder came from npm, without sources to build from. */
  readonly isPackage: boolean;
  /** Where the commands are typed: the output folder. */
  readonly folder: string;
  /** They name the config. */
  readonly commands: readonly string[];
}

/** A search that found nothing. */
export interface AddonSearch {
  readonly program: string;
  /** Such as `linux-x64 (glibc 2.36, Node 20.20.2)`. */
  readonly platform: string;
  /** Absolute paths. */
  readonly looked: readonly string[];
}

/** Lines of a message, indented below the one that they belong to. */
function below(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** The lines that say how to get an addon that fits. */
function again({ isPackage, folder, commands }: Rebuild): string[] {
  return isPackage
    ? ['install the package again, or have its publisher build it with', ...below(commands)]
    : ['build it with', ...below([`cd ${folder}`, ...commands])];
}

/** LOOM6001: no addon where the emitted bindings look, and sources to build it from. */
export function addonNotFound(search: AddonSearch, rebuild: Rebuild): LoomError {
  const lines = [
    `the native addon of '${search.program}' has not been built for ${search.platform}: there is ` +
      'none of',
    ...below(search.looked),
    ...again(rebuild),
  ];
  return new LoomError('LOOM6001', lines.join('\n'));
}

/** LOOM6001: a package was installed on a platform that it has no prebuild for. */
export function packageWithoutAddon(
  search: AddonSearch,
  { others, wanted, why }: { others: readonly string[]; wanted: string; why: readonly string[] },
  commands: readonly string[],
): LoomError {
  const has = others.length === 0 ? 'it has no prebuild at all' : `it has ${others.join(', ')}`;
  const lines = [
    `the package of '${search.program}' has no prebuild for ${search.platform}: there is none of`,
    ...below(search.looked),
    `${[has, ...why].join('\n')}; who publishes it makes ${wanted}, where its config is, with`,
    ...below(commands),
  ];
  return new LoomError('LOOM6001', lines.join('\n'));
}

/**
 * LOOM6002: the addon is there and does not load; `reason` goes on from its path, and `meaning` is
 * sentences on it.
 */
export function addonNotLoadable(
  path: string,
  reason: string,
  rebuild: Rebuild,
  meaning: readonly string[] = [],
): LoomError {
  const lines = [`${path} ${reason}`, ...meaning, ...again(rebuild)];
  return new LoomError('LOOM6002', lines.join('\n'));
}

/**
 * LOOM6003: addon and TypeScript come from different builds; `difference` says where, and the
 * commands name the config.
 */
export function addonStale(path: string, difference: string, rebuild: Rebuild): LoomError {
  const lines = [
    `${path} does not belong to these bindings: ${difference}`,
    'one of the two is older than the config; both have to be made anew:',
    ...again(rebuild),
  ];
  return new LoomError('LOOM6003', lines.join('\n'));
}

/** LOOM6004: an option of open() names something the program does not have. */
export function unknownName(option: string, name: string, known: readonly string[]): LoomError {
  const choice = known.length === 0 ? 'there are none' : `known: ${known.join(', ')}`;
  return new LoomError('LOOM6004', `open({ ${option} }): '${name}' does not exist; ${choice}`);
}

/** LOOM6005: a message that could never be sent, however long one waits. */
export function messageTooLong(fd: string, bytes: number, maximumBytes: number): LoomError {
  return new LoomError(
    'LOOM6005',
    `fds.${fd} cannot send a message of ${bytes} bytes: its framing, its queue and the shared ` +
      `memory of its reactor allow ${maximumBytes}; send it in parts or raise what limits it`,
    fd,
  );
}

/** LOOM6006: what a `writable` promise is rejected with. */
export function connectionClosed(fd: string): LoomError {
  return new LoomError('LOOM6006', `the connection of fds.${fd} closed before it drained`, fd);
}

/** LOOM6009: a channel whose reactor has stopped; what a `writable` promise is rejected with. */
export function channelClosed(name: string): LoomError {
  return new LoomError('LOOM6009', `channels.${name} is closed: its program has stopped`);
}

/** LOOM6010: nobody writes a channel in shared memory; `errno` says what open(2) did, positive. */
export function sharedAbsent(name: string, file: string, errno: number): LoomError {
  const { word, meaning } = systemErrorOf(errno);
  const reason = meaning === '' ? word : `${word}, ${meaning}`;
  const where = `channels.${name} cannot be read: /dev/shm/${file}`;
  const message = `${where}: ${reason}; start what writes it`;
  return new LoomError('LOOM6010', message, undefined, errno, { channel: name });
}

/** LOOM6011: the file of a channel is another program's, or another version's. */
export function sharedOther(name: string, file: string, difference: string): LoomError {
  return new LoomError(
    'LOOM6011',
    `/dev/shm/${file} is not channels.${name} of these bindings: ${difference}; build what ` +
      'writes it and this program from the same config',
  );
}

/** LOOM6007: two readers of one source of batches. */
export function alreadyRead(kind: 'fds' | 'channels', name: string): LoomError {
  const about = `${kind}.${name} already has a reader: one loop or one onBatch() at a time`;
  if (kind === 'fds') return new LoomError('LOOM6007', about, name);
  return new LoomError('LOOM6007', about, undefined, undefined, { channel: name });
}

/** LOOM6020: a value that the field of a message cannot hold; nothing was written. */
export function fieldValue(field: string, value: unknown, expected: string): LoomError {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  const shown = text.length > 64 ? `${text.slice(0, 61)}...` : text;
  return new LoomError('LOOM6020', `${field} cannot be ${shown}: expected ${expected}`);
}

/** LOOM6021: an element that the array of a message does not have. */
export function elementIndex(field: string, index: number, length: number): LoomError {
  const last = length - 1;
  return new LoomError('LOOM6021', `${field} has no element ${String(index)}: 0 to ${last}`);
}
