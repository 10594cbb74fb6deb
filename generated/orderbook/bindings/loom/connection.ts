/**
 * One connection, from its open event to its close event. Sending costs no call into native code:
 * the message goes into the reactor's inbox in shared memory, and credit for it is counted here
 * against what the reactor says it has sent (the slot words of shared_layout.hpp).
 */
import { abortable } from './abortable.ts';
import { connectionClosed, messageTooLong } from './error.ts';
import { InboxCommand, slotWord, slotWordsBytes, slotWordsOffset } from './layout.ts';
import type { ListenOptions } from './listeners.ts';
import { makeSettler, type Settler } from './settler.ts';
import type { Stream } from './stream.ts';

/** Slots of a reactor are at most this many, so an id is exact in a double. */
const slotsMaximum = 2 ** 20;

/** The number that `Connection.id` gives. */
export function connectionId(index: number, generation: number): number {
  return (generation >>> 0) * slotsMaximum + index;
}

/** A connection of a stream that is delivered to JavaScript. */
export class Connection {
  /** 0 to connections - 1 within its fd; used again after the close event. */
  readonly index: number;
  readonly #stream: Stream;
  readonly #generation: number;
  /** Index of the slot words in the Int32Array over the shared block. */
  readonly #slot: number;
  /** Bytes queued and bytes known to be drained, framing included, modulo 2^32 as int32. */
  #queued = 0;
  #drained = 0;
  #closed = false;
  #writable: Settler | undefined;
  #refused = false;
  /** The peer's end was read while a send was refused. */
  #endWaits = false;

  constructor(stream: Stream, index: number, generation: number) {
    this.index = index;
    this.#stream = stream;
    this.#generation = generation;
    const words = stream.$descriptor.firstSharedSlot + index;
    this.#slot = (slotWordsOffset + words * slotWordsBytes) / 4;
  }

  /** Unique among all connections this fd ever had. */
  get id(): number {
    return connectionId(this.index, this.#generation);
  }

  /** Name of the fd in the config. */
  get fd(): string {
    return this.#stream.name;
  }

  /** True from the moment its end was noticed, which may be before the close event. */
  get closed(): boolean {
    return this.#closed;
  }

  /**
   * Queues one message, all or nothing; strings as UTF-8, the framing is added. False when the
   * write queue (or the reactor's inbox) is full, then see `writable`; also false when closed.
   * @throws LoomError LOOM6005 for a message that could never be queued.
   */
  send(message: Uint8Array | string): boolean {
    if (this.#closed) return false;
    const stream = this.#stream;
    const bytes = typeof message === 'string' ? Buffer.byteLength(message) : message.byteLength;
    if (bytes > stream.$maximumSendBytes) {
      throw messageTooLong(stream.name, bytes, stream.$maximumSendBytes);
    }
    const needed = bytes + stream.$descriptor.framingBytes;
    const { $link: link } = stream;
    if (!this.#hasCredit(needed) && !this.#askForDrain(needed)) return this.#refuse();
    const at = link.inbox.reserve(bytes);
    if (at < 0 || link.hasPendingCommands) return this.#refuse();
    if (typeof message === 'string') link.buffer.write(message, at, bytes, 'utf8');
    else link.bytes.set(message, at);
    link.inbox.commit(
      bytes,
      stream.$descriptor.index,
      InboxCommand.data,
      this.index,
      this.#generation,
    );
    this.#queued = (this.#queued + needed) | 0;
    stream.$counts.sent += 1;
    stream.$counts.sentBytes += bytes;
    link.wakeIfSleeping();
    return true;
  }

  /**
   * Fulfilled at once, or after a refused send when half of the write queue is free again.
   * Rejected with LoomError LOOM6006 when the connection closes first.
   */
  get writable(): Promise<void> {
    if (this.#closed) return Promise.reject(connectionClosed(this.fd));
    if (!this.#refused) return Promise.resolve();
    this.#writable ??= makeSettler();
    return this.#writable.promise;
  }

  /** As `writable`; rejected with the signal's reason when that is aborted first. */
  untilWritable(options?: ListenOptions): Promise<void> {
    return abortable(this.writable, options?.signal);
  }

  /** Ends the connection once everything sent has left; the close event says 'local'. */
  close(): void {
    this.#command(InboxCommand.close);
  }

  /** Ends the connection at once; a TCP peer sees a reset. The close event says 'aborted'. */
  abort(): void {
    this.#command(InboxCommand.abort);
  }

  /** Sends FIN once everything sent has left; receiving goes on. */
  finish(): void {
    this.#command(InboxCommand.finish);
  }

  /**
   * Stops reading this socket until resumeReceiving(); messages under way still come. The peer
   * feels it. What holds back messages and not the socket is `pause()` of the fd.
   */
  pauseReceiving(): void {
    this.#command(InboxCommand.pause);
  }

  /** Reads this socket again. */
  resumeReceiving(): void {
    this.#command(InboxCommand.resume);
  }

  get $generation(): number {
    return this.#generation;
  }

  /** Whether a send was refused and no drain has come since. */
  get $isRefused(): boolean {
    return this.#refused;
  }

  /** Ends a refusal if there is room again; true when it did (the caller emits 'drain'). */
  $drain(): boolean {
    if (!this.#refused || this.#closed) return false;
    const { $link: link, $descriptor } = this.#stream;
    if (!this.#ownsSlot()) {
      // It ended, and the close event waits for room in the ring.
      this.$close();
      return false;
    }
    this.#drained = this.#loadDrained();
    const queued = (this.#queued - this.#drained) | 0;
    if (queued > $descriptor.writeQueueBytes / 2) return false;
    if (link.hasPendingCommands || !link.inbox.halfFree) return false;
    this.#refused = false;
    this.#writable?.resolve();
    this.#writable = undefined;
    // A turn later: who waited for this sends first.
    if (this.#endWaits) setImmediate(() => this.$answerEnd());
    return true;
  }

  /** The peer will send no more: ends the connection, but not before a refused answer has left. */
  $answerEnd(): void {
    this.#endWaits = this.#refused;
    if (!this.#refused) this.close();
  }

  /** The connection is gone. */
  $close(): void {
    this.#closed = true;
    this.#refused = false;
    this.#writable?.reject(connectionClosed(this.fd));
    this.#writable = undefined;
  }

  #hasCredit(needed: number): boolean {
    const room = this.#stream.$descriptor.writeQueueBytes - needed;
    if (((this.#queued - this.#drained) | 0) <= room) return true;
    this.#drained = this.#loadDrained();
    return ((this.#queued - this.#drained) | 0) <= room;
  }

  /**
   * Asks the reactor for a drain event, then looks at the credit again: it may have drained
   * everything just before it could see the wish.
   */
  #askForDrain(needed: number): boolean {
    const { words } = this.#stream.$link;
    Atomics.store(words, this.#slot + slotWord.wantsDrain, 1);
    if (!this.#hasCredit(needed)) return false;
    Atomics.store(words, this.#slot + slotWord.wantsDrain, 0);
    return true;
  }

  #loadDrained(): number {
    // A later connection's count means nothing here.
    if (!this.#ownsSlot()) return this.#drained;
    return Atomics.load(this.#stream.$link.words, this.#slot + slotWord.drainedBytes);
  }

  #ownsSlot(): boolean {
    const generation = Atomics.load(this.#stream.$link.words, this.#slot + slotWord.generation);
    return generation === this.#generation;
  }

  #refuse(): false {
    this.#refused = true;
    this.#stream.$counts.refused += 1;
    this.#stream.$link.watchRefused(this, this.#stream);
    return false;
  }

  #command(command: number): void {
    if (this.#closed) return;
    const { $link: link, $descriptor } = this.#stream;
    link.command({
      fd: $descriptor.index,
      command,
      slot: this.index,
      generation: this.#generation,
    });
  }
}
