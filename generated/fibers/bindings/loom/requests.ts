/**
 * What JavaScript asks of a reactor besides its connections: entries in a ring of the shared block,
 * and a promise for each. A native call is made only when the reactor sleeps. The counterpart is
 * runtime/loom/js_request.hpp.
 *
 * Nothing is allocated for a request but its promise: what is known of those in flight lies in
 * arrays, by the number of the request.
 */
import { AbortWatch } from './abort_watch.ts';
import { Arena, isElsewhere, isReturned } from './arena.ts';
import type { RequestsDescriptor } from './descriptor.ts';
import { JsRequestKind } from './layout.ts';
import { requestRefused, requestStopped } from './request_errors.ts';
import type { Asker, RequestForm, RequestLink } from './request_form.ts';
import { RequestRing } from './request_ring.ts';
import { makeSettler, type Settler } from './settler.ts';

const ecanceled = 125;

/** The requests of one reactor. */
export class RequestQueue {
  /** Where they read into and write from. */
  readonly arena: Arena;
  readonly #link: RequestLink;
  readonly #descriptor: RequestsDescriptor;
  readonly #ring: RequestRing;
  /** Numbers that are free: the first `#freeCount` of the array. */
  readonly #free: Int32Array;
  #freeCount: number;
  readonly #generations: Int32Array;
  /** Of those in flight, by number: where in the arena, -1: nowhere. */
  readonly #memory: Int32Array;
  readonly #bytes: Int32Array;
  readonly #offsets: Float64Array;
  readonly #forms: (RequestForm | undefined)[];
  readonly #askers: (Asker | undefined)[];
  readonly #targets: (Uint8Array | undefined)[];
  readonly #aborts: AbortWatch;
  readonly #resolve: ((value: never) => void)[];
  readonly #reject: ((error: unknown) => void)[];
  #writable: Settler | undefined;
  #refused = false;
  #ended = false;
  /** Takes what a new promise is settled by; one function for all of them. */
  #resolveNext: (value: never) => void = () => undefined;
  #rejectNext: (error: unknown) => void = () => undefined;
  readonly #executor = (
    resolve: (value: never) => void,
    reject: (error: unknown) => void,
  ): void => {
    this.#resolveNext = resolve;
    this.#rejectNext = reject;
  };

  constructor(link: RequestLink, descriptor: RequestsDescriptor) {
    const { count, arenaOffset, arenaBytes } = descriptor;
    this.#link = link;
    this.#descriptor = descriptor;
    this.arena = new Arena(link.memory, arenaOffset, arenaBytes);
    this.#ring = new RequestRing(link.words, descriptor);
    // The lowest numbers first, so that few of the reactor's records are touched.
    this.#free = Int32Array.from({ length: count }, (_, index) => count - 1 - index);
    this.#freeCount = count;
    this.#generations = new Int32Array(count);
    this.#memory = new Int32Array(count).fill(-1);
    this.#bytes = new Int32Array(count);
    this.#offsets = new Float64Array(count);
    this.#forms = new Array(count).fill(undefined);
    this.#askers = new Array(count).fill(undefined);
    this.#targets = new Array(count).fill(undefined);
    this.#aborts = new AbortWatch(count, (number) => {
      this.#write(number, JsRequestKind.cancel);
      link.wakeIfSleeping();
      const { endsAtAbort } = this.#forms[number] as RequestForm;
      if (endsAtAbort) this.#reject[number]?.(this.#aborts.signalOf(number)?.reason);
    });
    this.#resolve = new Array(count).fill(undefined);
    this.#reject = new Array(count).fill(undefined);
  }

  /** As many requests as can be are in flight: another one would be refused. */
  get isFull(): boolean {
    return this.#freeCount === 0;
  }

  /**
   * Fulfilled at once, or, when it is full or a request was refused, when half of the requests and
   * half of the arena are free again.
   */
  get writable(): Promise<void> {
    this.#refused ||= this.isFull;
    if (!this.#refused || this.#ended) return Promise.resolve();
    this.#writable ??= makeSettler();
    return this.#writable.promise;
  }

  /**
   * A number for a new request, or -1 when as many as can be are in flight; then `refuse` says so.
   * What it needs is given to it by `place`, and `post` sends it, in the same turn.
   */
  begin(form: RequestForm, asker: Asker, offset: number): number {
    if (this.#freeCount === 0 || this.#ended) return -1;
    this.#freeCount -= 1;
    const number = this.#free[this.#freeCount] as number;
    this.#forms[number] = form;
    this.#askers[number] = asker;
    this.#offsets[number] = offset;
    this.#bytes[number] = 0;
    return number;
  }

  /**
   * Gives a request `bytes` of the arena, in which `target` gets what is read; false when there is
   * no room: then the number is free again, and `refuse` says so.
   */
  place(number: number, bytes: number, target?: Uint8Array): boolean {
    const at = this.arena.take(bytes);
    if (at < 0) {
      this.forget(number);
      return false;
    }
    this.#memory[number] = at;
    this.#bytes[number] = bytes;
    this.#targets[number] = target;
    return true;
  }

  /**
   * Has a request work in `bytes` themselves, or says what Arena.hold does of them; where they were
   * returned, the number is free again.
   */
  placeAt(number: number, bytes: Uint8Array): number {
    const at = this.arena.hold(bytes);
    if (at === isReturned) this.forget(number);
    if (at < 0) return at;
    this.#memory[number] = at;
    this.#bytes[number] = bytes.length;
    return at;
  }

  /**
   * Gives a request the `length` bytes of `data` to work with: where they lie if they were lent,
   * else a copy with `behind` after it. Says what `placeAt` says, and isElsewhere when there is no
   * room: in both cases the number is free again.
   */
  placeData(number: number, data: Uint8Array | string, length: number, behind = ''): number {
    const at = typeof data === 'string' || behind !== '' ? isElsewhere : this.placeAt(number, data);
    if (at !== isElsewhere) return at;
    if (!this.place(number, length + Buffer.byteLength(behind))) return isElsewhere;
    const start = this.memoryOf(number);
    if (typeof data === 'string') this.#link.buffer.write(data, start, length, 'utf8');
    else this.#link.bytes.set(data, start);
    if (behind !== '') this.#link.buffer.write(behind, start + length, 'utf8');
    return start;
  }

  /** Byte offset of a request's memory in the shared block. */
  memoryOf(number: number): number {
    return this.#descriptor.arenaOffset + (this.#memory[number] as number);
  }

  /** A copy of the first `bytes` of a request's memory. */
  copyOf(number: number, bytes: number): Uint8Array {
    const at = this.memoryOf(number);
    // Of a Uint8Array over shared memory it is one over memory of its own.
    return this.#link.bytes.slice(at, at + bytes);
  }

  /** Copies the first `bytes` of a request's memory to its target, if it has one. */
  copyToTarget(number: number, bytes: number): void {
    const at = this.memoryOf(number);
    this.#targets[number]?.set(this.#link.bytes.subarray(at, at + bytes));
  }

  /** Who asked for a request. */
  askerOf(number: number): Asker {
    return this.#askers[number] as Asker;
  }

  /**
   * Gives the request to the reactor. `signal` was not aborted yet. A send says on which connection
   * or socket of its fd, and how long the address is that lies at the end of its bytes.
   */
  post<Value>(
    number: number,
    signal: AbortSignal | undefined,
    slot = 0,
    addressBytes = 0,
  ): Promise<Value> {
    const promise = new Promise<Value>(this.#executor as never);
    this.#resolve[number] = this.#resolveNext;
    this.#reject[number] = this.#rejectNext;
    const form = this.#forms[number] as RequestForm;
    this.#write(number, form.kind, slot, addressBytes);
    if (signal !== undefined) this.#aborts.watch(number, signal);
    this.#link.wakeIfSleeping();
    return promise;
  }

  /** The rejection of a request that found no room. */
  refuse<Value>(asker: Asker): Promise<Value> {
    if (this.#ended) return Promise.reject(requestStopped(asker));
    this.#refused = true;
    return Promise.reject(requestRefused(asker, this.#free.length, this.arena.bytes));
  }

  /** For the link: a request has completed; `outcome` is the index of its words in the block. */
  $complete(number: number, generation: number, outcome: number): void {
    if (this.#generations[number] !== generation || this.#forms[number] === undefined) return;
    const { words } = this.#link;
    const systemError = words[outcome] as number;
    const low = (words[outcome + 2] as number) >>> 0;
    const value = (words[outcome + 3] as number) * 2 ** 32 + low;
    this.#settle(number, value, systemError);
    if (!this.#refused || this.#freeCount * 2 < this.#free.length) return;
    if (!this.arena.isHalfFree) return;
    this.#endRefusal();
  }

  /** For the link: the reactor has ended, nothing completes any more. */
  $end(): void {
    this.#ended = true;
    for (const [number, form] of this.#forms.entries()) {
      if (form === undefined) continue;
      const reject = this.#reject[number] as (error: unknown) => void;
      const asker = this.askerOf(number);
      this.forget(number);
      reject(requestStopped(asker));
    }
    this.#endRefusal();
  }

  #settle(number: number, value: number, systemError: number): void {
    const form = this.#forms[number] as RequestForm;
    const resolve = this.#resolve[number] as (value: unknown) => void;
    const reject = this.#reject[number] as (error: unknown) => void;
    const signal = this.#aborts.signalOf(number);
    if (systemError === 0) {
      // What the caller gave may be gone by now, such as a buffer that was transferred.
      try {
        resolve(form.finish(this, number, value));
      } catch (error) {
        reject(error);
      }
      this.forget(number);
    } else if (systemError === ecanceled) {
      const asker = this.askerOf(number);
      this.forget(number);
      reject(signal?.aborted ? signal.reason : requestStopped(asker));
    } else {
      const error = form.fail(this, number, value, systemError);
      this.forget(number);
      reject(error);
    }
  }

  /** The number and its memory are free again: the request is over, or is not posted after all. */
  forget(number: number): void {
    const at = this.#memory[number] as number;
    if (at >= 0) this.arena.release(at, this.#bytes[number] as number);
    this.#memory[number] = -1;
    this.#aborts.forget(number);
    this.#targets[number] = undefined;
    this.#forms[number] = undefined;
    this.#askers[number] = undefined;
    // A promise's functions hold the promise.
    this.#resolve[number] = ignore;
    this.#reject[number] = ignore;
    this.#generations[number] = ((this.#generations[number] as number) + 1) | 0;
    this.#free[this.#freeCount] = number;
    this.#freeCount += 1;
  }

  #write(number: number, kind: number, slot = 0, addressBytes = 0): void {
    const { entry } = this.#ring;
    entry.kind = kind;
    entry.fd = this.askerOf(number).$index;
    entry.number = number;
    entry.generation = this.#generations[number] as number;
    entry.memory = Math.max(0, this.#memory[number] as number);
    entry.bytes = this.#bytes[number] as number;
    entry.slot = slot;
    entry.offset = this.#offsets[number] as number;
    entry.addressBytes = addressBytes;
    this.#ring.push();
  }

  #endRefusal(): void {
    this.#refused = false;
    this.#writable?.resolve();
    this.#writable = undefined;
  }
}

function ignore(): void {}
