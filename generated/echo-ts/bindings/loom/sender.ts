/**
 * Sends of JavaScript through fds that a C++ handler serves, where the config says `jsSends`. What
 * is sent goes behind what the handler wrote, into the same queue; a promise is fulfilled when it
 * is queued there, and waits while there is no room.
 */
import { isReturned } from './arena.ts';
import type { DatagramDescriptor, StreamDescriptor } from './descriptor.ts';
import { messageTooLong } from './error.ts';
import { JsRequestKind } from './layout.ts';
import type { ListenOptions } from './listeners.ts';
import { bufferReturned, requestFailed } from './request_errors.ts';
import type { RequestForm, RequestOptions } from './request_form.ts';
import { RequestSource } from './request_source.ts';
import type { RequestQueue } from './requests.ts';
import type { NativeServer, NativeStream } from './stream.ts';

/** Which connection of a client fd a message is for. */
export interface StreamSendOptions extends RequestOptions {
  /** Its index, as the handler's `connection.index()` says; default 0. */
  readonly connection?: number | undefined;
  /** Its `connection.generation()`; by default whichever connection has the index now. */
  readonly generation?: number | undefined;
}

/** Which connection of a server a message is for. */
export interface ServerSendOptions extends StreamSendOptions {
  readonly connection: number;
}

/** Where a datagram goes. */
export interface DatagramSendOptions extends RequestOptions {
  /**
   * `127.0.0.1:9000`, `[::1]:9000`, a path or `@name`; by default the peer that the fd is connected
   * to. Names are not looked up.
   */
  readonly to?: string | undefined;
  /** Which of the fd's sockets sends it; default 0. */
  readonly socket?: number | undefined;
}

/**
 * What sending through a handler's fd is like. The promise is fulfilled when the message is queued.
 * It is rejected with LOOM6005 when it never fits, LOOM6040 when too many requests are in flight
 * (then see `writable`), LOOM6042 and ENOTCONN when there is no such connection.
 */
interface Sending<Options> {
  send(message: Uint8Array | string, options?: Options): Promise<void>;
  /** Another message would be refused with LOOM6040 now: first await `writable`. */
  readonly isFull: boolean;
  /** Fulfilled when messages are worth a try, after LOOM6040 or while `isFull`. */
  readonly writable: Promise<void>;
  /** As `writable`; rejected with the signal's reason when that is aborted first. */
  untilWritable(options?: ListenOptions): Promise<void>;
}

/** A client fd of a C++ handler, through which JavaScript sends too. */
export interface SendingStream extends NativeStream, Sending<StreamSendOptions> {}

/** A server of a C++ handler, on whose connections JavaScript sends too. */
export interface SendingServer
  extends NativeServer,
    Pick<Sending<never>, 'isFull' | 'writable' | 'untilWritable'> {
  send(message: Uint8Array | string, options: ServerSendOptions): Promise<void>;
}

/** A datagram fd of a C++ handler, through which JavaScript sends too. */
export interface SendingDatagrams extends NativeServer, Sending<DatagramSendOptions> {}

const form: RequestForm = {
  kind: JsRequestKind.send,
  finish: () => undefined,
  fail: (queue, number, _bytes, systemError) =>
    requestFailed(queue.askerOf(number), 'send', 0, systemError),
};

/** The fd of a handler as JavaScript has it. */
export class Sender
  extends RequestSource
  implements SendingStream, SendingServer, SendingDatagrams
{
  /** Where it is bound; empty where that is nowhere. */
  address = '';
  readonly #longestBytes: number;

  constructor(descriptor: StreamDescriptor | DatagramDescriptor, queue: RequestQueue) {
    super('fds', descriptor, queue);
    const longest =
      'writeQueueBytes' in descriptor
        ? Math.min(
            descriptor.maximumMessageBytes || Number.POSITIVE_INFINITY,
            descriptor.writeQueueBytes - descriptor.framingBytes,
          )
        : (descriptor.sendBytes ?? 0);
    this.#longestBytes = Math.min(longest, queue.arena.bytes);
  }

  /** See Sending. */
  send(
    message: Uint8Array | string,
    options: StreamSendOptions & DatagramSendOptions = {},
  ): Promise<void> {
    const { signal, to, connection = 0, socket = connection, generation = 0 } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const length = typeof message === 'string' ? Buffer.byteLength(message) : message.length;
    if (length > this.#longestBytes) {
      return Promise.reject(messageTooLong(this.name, length, this.#longestBytes));
    }
    const queue = this.$queue;
    const number = queue.begin(form, this, generation);
    if (number < 0) return queue.refuse(this);
    const address = to === undefined ? '' : `${to}\0`;
    const at = queue.placeData(number, message, length, address);
    if (at === isReturned) return Promise.reject(bufferReturned());
    if (at < 0) return queue.refuse(this);
    return queue.post(number, signal, socket, Buffer.byteLength(address));
  }

  /** Notes the address that was really bound. */
  $bind(address: string): void {
    this.address = address;
  }
}
