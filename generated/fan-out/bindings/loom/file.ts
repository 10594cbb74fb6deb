/**
 * Files of the config in JavaScript: reads and writes that the reactor of the file carries out, in
 * its ring or in a pool, each a promise. What is read into memory that was lent, or written from
 * it, is not copied; everything else is copied once.
 */
import { isElsewhere, isReturned, type SharedBuffer } from './arena.ts';
import type { FileDescriptor } from './descriptor.ts';
import { JsRequestKind } from './layout.ts';
import { bufferReturned, notAPosition, requestFailed, requestTooLong } from './request_errors.ts';
import type { RequestForm, RequestOptions } from './request_form.ts';
import { RequestSource } from './request_source.ts';
import type { RequestQueue } from './requests.ts';

/** Bytes of a struct statx, statx(2). */
const statusBytes = 256;

/** A form whose failures are those of a file. */
function fileForm(
  verb: string,
  kind: number,
  finish: (queue: RequestQueue, number: number, value: number) => unknown,
): RequestForm {
  return {
    kind,
    finish,
    fail: (queue, number, doneBytes, systemError) =>
      requestFailed(queue.askerOf(number), verb, doneBytes, systemError),
  };
}

const nothing = () => undefined;
const forms = {
  read: fileForm('read', JsRequestKind.read, (queue, number, bytes) => queue.copyOf(number, bytes)),
  readInto: fileForm('read', JsRequestKind.read, (queue, number, bytes) => {
    queue.copyToTarget(number, bytes);
    return bytes;
  }),
  write: fileForm('write', JsRequestKind.write, nothing),
  size: fileForm('size', JsRequestKind.size, (_queue, _number, bytes) => bytes),
  truncate: fileForm('truncate', JsRequestKind.truncate, nothing),
  sync: fileForm('sync', JsRequestKind.sync, nothing),
  syncData: fileForm('syncData', JsRequestKind.syncData, nothing),
} as const;

/**
 * A file of the config. Every promise is rejected with a LoomError: LOOM6040 when as many requests
 * as the reactor can have are in flight (then see `writable`), LOOM6042 with the word of the kernel
 * when the request failed, LOOM6043 when the program stopped before it was done.
 */
export class File extends RequestSource {
  constructor(descriptor: FileDescriptor, queue: RequestQueue) {
    super('fds', descriptor, queue);
  }

  /**
   * Memory of `length` bytes that is shared with the reactor, so that reading into it and writing
   * from it copies nothing; undefined when there is no room for it now. Dispose it: it may be given
   * out again when no request needs it any more.
   * @throws LoomError LOOM6041 when there never is room for so much.
   */
  lend(length: number): SharedBuffer | undefined {
    const mistake = this.#mistake(0, length, undefined);
    if (mistake !== undefined) throw mistake;
    return this.$queue.arena.lend(length);
  }

  /** Reads `length` bytes from `offset` on; fewer come only at the end of the file. */
  read(offset: number, length: number, options?: RequestOptions): Promise<Uint8Array> {
    const mistake = this.#mistake(offset, length, options);
    if (mistake !== undefined) return Promise.reject(mistake);
    const queue = this.$queue;
    const number = queue.begin(forms.read, this, offset);
    if (number < 0 || !queue.place(number, length)) return queue.refuse(this);
    return queue.post(number, options?.signal);
  }

  /**
   * Fills `target` from `offset` on, and gives how many bytes there were: fewer only at the end of
   * the file. Without a copy where `target` lies in memory that was lent.
   */
  readInto(offset: number, target: Uint8Array, options?: RequestOptions): Promise<number> {
    const mistake = this.#mistake(offset, target.length, options);
    if (mistake !== undefined) return Promise.reject(mistake);
    const queue = this.$queue;
    const number = queue.begin(forms.readInto, this, offset);
    if (number < 0) return queue.refuse(this);
    const at = queue.placeAt(number, target);
    if (at === isReturned) return Promise.reject(bufferReturned());
    if (at === isElsewhere && !queue.place(number, target.length, target)) {
      return queue.refuse(this);
    }
    return queue.post(number, options?.signal);
  }

  /**
   * Writes all of `data` at `offset`, a string as UTF-8. It may change as soon as this returned,
   * except where it lies in memory that was lent: there it must not change until the end.
   */
  write(offset: number, data: Uint8Array | string, options?: RequestOptions): Promise<void> {
    const length = typeof data === 'string' ? Buffer.byteLength(data) : data.length;
    const mistake = this.#mistake(offset, length, options);
    if (mistake !== undefined) return Promise.reject(mistake);
    const queue = this.$queue;
    const number = queue.begin(forms.write, this, offset);
    if (number < 0) return queue.refuse(this);
    const at = queue.placeData(number, data, length);
    if (at === isReturned) return Promise.reject(bufferReturned());
    if (at < 0) return queue.refuse(this);
    return queue.post(number, options?.signal);
  }

  /** Writes all of `data` at the end, in the order of the calls as long as no disk is full. */
  append(data: Uint8Array | string, options?: RequestOptions): Promise<void> {
    return this.write(0, data, options);
  }

  /** How long the file is, in bytes. */
  size(options?: RequestOptions): Promise<number> {
    return this.#ask(forms.size, 0, statusBytes, options);
  }

  /** Makes the file `bytes` long. */
  truncate(bytes: number, options?: RequestOptions): Promise<void> {
    return this.#ask(forms.truncate, bytes, 0, options);
  }

  /** Waits until what was written, and the inode, are on the medium, fsync(2). */
  sync(options?: RequestOptions): Promise<void> {
    return this.#ask(forms.sync, 0, 0, options);
  }

  /** Waits until what was written is, and what reading it back needs, fdatasync(2). */
  syncData(options?: RequestOptions): Promise<void> {
    return this.#ask(forms.syncData, 0, 0, options);
  }

  /** A request without data of the caller; `length` bytes of the arena are for its answer. */
  #ask<Value>(
    form: RequestForm,
    offset: number,
    length: number,
    options: RequestOptions | undefined,
  ): Promise<Value> {
    const mistake = this.#mistake(offset, length, options);
    if (mistake !== undefined) return Promise.reject(mistake);
    const queue = this.$queue;
    const number = queue.begin(form, this, offset);
    if (number < 0 || (length > 0 && !queue.place(number, length))) return queue.refuse(this);
    return queue.post(number, options?.signal);
  }

  /** Why a request is not even begun; undefined when it may be. */
  #mistake(offset: number, length: number, options: RequestOptions | undefined): unknown {
    if (options?.signal?.aborted) return options.signal.reason;
    if (!isPosition(offset)) return notAPosition(this, offset);
    if (!isPosition(length)) return notAPosition(this, length);
    const { bytes } = this.$queue.arena;
    return length > bytes ? requestTooLong(this, length, bytes) : undefined;
  }
}

function isPosition(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

type Common = 'name' | 'size' | 'isFull' | 'writable' | 'untilWritable' | 'lend';
type Writing = 'sync' | 'syncData' | 'truncate';

/** A file of mode 'read'. */
export type ReadableFile = Pick<File, Common | 'read' | 'readInto'>;
/** A file of mode 'write'. */
export type WritableFile = Pick<File, Common | Writing | 'write'>;
/** A file of mode 'append'. */
export type AppendableFile = Pick<File, Common | Writing | 'append'>;
/** A file of mode 'readWrite'. */
export type ReadWriteFile = Pick<File, Common | Writing | 'read' | 'readInto' | 'write'>;
