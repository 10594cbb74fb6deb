/**
 * Calls of the config: C++ functions that run on the threads of a pool, each a promise here. The
 * request is written where the function reads it, and the reply read where it was made, so nothing
 * is copied on the way. The counterpart is runtime/loom/js_call.hpp.
 */
import type { CallDescriptor } from './descriptor.ts';
import { JsRequestKind } from './layout.ts';
import type { MessageView } from './message_view.ts';
import type { MessageWriter } from './message_writer.ts';
import { callThrew, requestFailed } from './request_errors.ts';
import type { RequestForm } from './request_form.ts';
import { RequestSource } from './request_source.ts';
import type { RequestQueue } from './requests.ts';
import { writePlain } from './write_plain.ts';

/** In place of an errno: the function threw. */
const callThrewError = -1;

/** What a call takes besides its request. */
export interface CallOptions {
  /**
   * Rejects the promise with its reason, at once. A call that no thread has begun is not begun any
   * more; one that runs can see it by `call.is_cancelled()`, and has its place among jsRequests
   * until it returns.
   */
  readonly signal?: AbortSignal | undefined;
}

/**
 * A call of the config; `Writer` sets the fields of its request, of which `Request` is the plain
 * object, and `Reply` is the plain object that comes back: 64-bit integers are bigint in both.
 */
export class Call<
  Writer extends MessageWriter,
  Request extends object,
  Reply,
> extends RequestSource {
  readonly #writer: Writer;
  readonly #bytes: number;
  readonly #form: RequestForm;

  /** `descriptor` lies in the block `memory`, and is asked through `queue`. */
  constructor(descriptor: CallDescriptor, queue: RequestQueue, memory: SharedArrayBuffer) {
    super('calls', descriptor, queue);
    const { replyOffset, bytes } = descriptor;
    const view = new DataView(memory);
    const buffer = Buffer.from(memory);
    const reader = new descriptor.reader(view) as MessageView<Reply>;
    this.#writer = new descriptor.writer(view) as Writer;
    this.#bytes = bytes;
    this.#form = {
      kind: JsRequestKind.call,
      endsAtAbort: true,
      finish: (_queue, number) => reader.$show(queue.memoryOf(number) + replyOffset).toObject(),
      fail: (_queue, number, saidBytes, systemError) => {
        if (systemError !== callThrewError) return requestFailed(this, 'call', 0, systemError);
        const start = queue.memoryOf(number) + replyOffset;
        return callThrew(this, buffer.toString('utf8', start, start + saidBytes));
      },
    };
  }

  /**
   * Calls the function. `request` is a plain object, or a function that sets the fields, which are
   * 0 before; the promise is fulfilled with a plain object that may be kept. It is rejected with a
   * LoomError: LOOM6020 when a field cannot hold its value, LOOM6040 when as many requests as the
   * reactor can have are on their way, LOOM6043 when the program stopped before the function was
   * done, LOOM6046 with the words of what it threw; and with what `request` throws. While `request`
   * sets fields it must not call this again: there is one writer.
   */
  call(request: Request | ((writer: Writer) => void), options?: CallOptions): Promise<Reply> {
    const signal = options?.signal;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const queue = this.$queue;
    const number = queue.begin(this.#form, this, 0);
    if (number < 0 || !queue.place(number, this.#bytes)) return queue.refuse(this);
    const writer = this.#writer.$show(queue.memoryOf(number));
    try {
      writer.clear();
      if (typeof request === 'function') request(writer);
      else writePlain(writer, request, this.$place);
    } catch (error) {
      queue.forget(number);
      return Promise.reject(error);
    }
    // It may be aborted by what sets the fields.
    if (signal?.aborted) {
      queue.forget(number);
      return Promise.reject(signal.reason);
    }
    return queue.post(number, signal);
  }
}
