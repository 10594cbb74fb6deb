/**
 * Errors of a running program. Those of the native side (LOOM5xxx) arrive with a sentence of their
 * own; those raised here are made by the functions below, so that each sentence stands once.
 * `loomgen explain CODE` tells more of each.
 */

/** An error with a code to look up, and the fd it concerns where there is one. */
export class LoomError extends Error {
  override readonly name = 'LoomError';
  /** Such as 'LOOM5002'; stable across versions. */
  readonly code: string;
  /** Name of the fd in the config, or undefined when no single fd is concerned. */
  readonly fd: string | undefined;
  /** The kernel's word for it, such as 'EADDRINUSE', where a system call failed. */
  readonly systemError: string | undefined;

  constructor(code: string, message: string, fd?: string, systemError?: string) {
    super(message);
    this.code = code;
    this.fd = fd;
    this.systemError = systemError;
  }
}

/** LOOM6001: no addon where the emitted bindings look. */
export function addonNotFound(
  program: string,
  looked: readonly string[],
  folder: string,
  commands: readonly string[],
): LoomError {
  const lines = [
    `the native addon of '${program}' has not been built: there is none of`,
    ...looked.map((path) => `  ${path}`),
    'build it with',
    `  cd ${folder}`,
    ...commands.map((command) => `  ${command}`),
  ];
  return new LoomError('LOOM6001', lines.join('\n'));
}

/** LOOM6002: the addon is there and does not load; `reason` is the loader's. */
export function addonNotLoadable(path: string, reason: string): LoomError {
  return new LoomError(
    'LOOM6002',
    `${path} cannot be loaded: ${reason}\nit was built for another machine or Node; build it again`,
  );
}

/**
 * LOOM6003: addon and TypeScript come from different builds; `difference` says where. The commands,
 * run in `folder`, name the config and build both anew.
 */
export function addonStale(
  path: string,
  difference: string,
  folder: string,
  commands: readonly string[],
): LoomError {
  const lines = [
    `${path} does not belong to these bindings: ${difference}`,
    'one of the two is older than the config; build both again with',
    `  cd ${folder}`,
    ...commands.map((command) => `  ${command}`),
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
    `fds.${fd} cannot send a message of ${bytes} bytes: its framing, writeQueue and the inbox ` +
      `of its reactor allow ${maximumBytes}; send it in parts or raise what limits it`,
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

/** LOOM6010: nobody writes a channel in shared memory; `reason` is the system's. */
export function sharedAbsent(name: string, file: string, reason: string): LoomError {
  return new LoomError(
    'LOOM6010',
    `channels.${name} cannot be read: /dev/shm/${file}: ${reason}; start what writes it`,
  );
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
export function alreadyRead(name: string): LoomError {
  return new LoomError(
    'LOOM6007',
    `'${name}' already has a reader: one loop or one onBatch() at a time`,
    name,
  );
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
