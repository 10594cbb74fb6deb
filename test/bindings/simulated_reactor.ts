/**
 * A reactor in TypeScript for tests of the bindings: the other side of a shared block, written
 * from the contract (runtime/loom/shared_layout.hpp) and sharing no code with templates/bindings.
 */
import type { ReactorDescriptor } from '../../templates/bindings/descriptor.ts';
import { ProgramEvents } from '../../templates/bindings/program_events.ts';
import { ReactorLink } from '../../templates/bindings/reactor.ts';

/** A record as it lies in a ring. */
export interface SimulatedRecord {
  readonly fd: number;
  readonly event: number;
  readonly slot: number;
  readonly generation: number;
  readonly payload: Uint8Array;
}

const skip = 0xffff_ffff;
const headerBytes = 128;
const armedOffset = 64;
const sleepingOffset = 128;
const stalledOffset = 132;

/** One end of a byte ring over a DataView; counters are unsigned. */
export class SimulatedRing {
  readonly #view: DataView;
  readonly #words: Int32Array;
  readonly #offset: number;
  readonly #bytes: number;

  constructor(memory: SharedArrayBuffer, offset: number, bytes: number) {
    this.#view = new DataView(memory);
    this.#words = new Int32Array(memory);
    this.#offset = offset;
    this.#bytes = bytes;
  }

  /** Sets both counters, as if the ring had been used for long. */
  startAt(counter: number): void {
    this.#view.setUint32(this.#offset, counter, true);
    this.#view.setUint32(this.#offset + 64, counter, true);
  }

  get tail(): number {
    return Atomics.load(this.#words, this.#offset / 4) >>> 0;
  }

  get head(): number {
    return Atomics.load(this.#words, this.#offset / 4 + 16) >>> 0;
  }

  /** Producer: appends a record; false when it does not fit. */
  push(record: SimulatedRecord): boolean {
    const length = record.payload.length;
    const size = 16 + Math.ceil(length / 8) * 8;
    let { tail } = this;
    const untilEnd = this.#bytes - (tail % this.#bytes);
    const used = (tail - this.head) >>> 0;
    const needed = size <= untilEnd ? size : untilEnd + size;
    if (needed > this.#bytes - used) return false;
    const data = this.#offset + headerBytes;
    if (size > untilEnd) {
      this.#view.setUint32(data + (tail % this.#bytes), skip, true);
      tail = (tail + untilEnd) >>> 0;
    }
    const at = data + (tail % this.#bytes);
    this.#view.setUint32(at, length, true);
    this.#view.setUint16(at + 4, record.fd, true);
    this.#view.setUint16(at + 6, record.event, true);
    this.#view.setUint32(at + 8, record.slot, true);
    this.#view.setUint32(at + 12, record.generation, true);
    new Uint8Array(this.#view.buffer, at + 16, length).set(record.payload);
    Atomics.store(this.#words, this.#offset / 4, (tail + size) | 0);
    return true;
  }

  /** Consumer: takes the oldest record, copied. */
  shift(): SimulatedRecord | undefined {
    let { head } = this;
    if (head === this.tail) return undefined;
    const data = this.#offset + headerBytes;
    if (this.#view.getUint32(data + (head % this.#bytes), true) === skip) {
      head = (head + this.#bytes - (head % this.#bytes)) >>> 0;
    }
    const at = data + (head % this.#bytes);
    const length = this.#view.getUint32(at, true);
    const record = {
      fd: this.#view.getUint16(at + 4, true),
      event: this.#view.getUint16(at + 6, true),
      slot: this.#view.getUint32(at + 8, true),
      generation: this.#view.getUint32(at + 12, true),
      payload: new Uint8Array(this.#view.buffer, at + 16, length).slice(),
    };
    const size = 16 + Math.ceil(length / 8) * 8;
    Atomics.store(this.#words, this.#offset / 4 + 16, (head + size) | 0);
    return record;
  }
}

/** The other side of one link. */
export class SimulatedReactor {
  readonly descriptor: ReactorDescriptor;
  readonly memory: SharedArrayBuffer;
  readonly delivery: SimulatedRing;
  readonly inbox: SimulatedRing;
  readonly link: ReactorLink;
  readonly events: ProgramEvents;
  /** How often JavaScript woke this reactor. */
  wakeUps = 0;
  readonly #words: Int32Array;

  /** `start` is where all ring counters begin. */
  constructor(descriptor: ReactorDescriptor, start = 0, idleTurns = 0) {
    this.descriptor = descriptor;
    this.memory = new SharedArrayBuffer(descriptor.sharedBytes);
    this.#words = new Int32Array(this.memory);
    const { delivery, inbox } = descriptor;
    this.delivery = new SimulatedRing(this.memory, delivery.offset, delivery.bytes);
    this.inbox = new SimulatedRing(this.memory, inbox.offset, inbox.bytes);
    this.delivery.startAt(start);
    this.inbox.startAt(start);
    const wake = () => {
      this.wakeUps += 1;
    };
    this.events = new ProgramEvents({ name: 'sample', reactors: [descriptor] });
    const { events } = this;
    const options = { wake, wait: { idleTurns }, program: 'sample', events };
    this.link = new ReactorLink(descriptor, this.memory, options);
    this.link.attach();
    this.link.begin();
  }

  /** Appends a record to the delivery ring; false when it does not fit. */
  deliver(fd: number, event: number, slot: number, generation: number, text = ''): boolean {
    return this.deliverBytes(fd, event, slot, generation, new TextEncoder().encode(text));
  }

  /** The same with any payload. */
  deliverBytes(
    fd: number,
    event: number,
    slot: number,
    generation: number,
    payload: Uint8Array,
  ): boolean {
    return this.delivery.push({ fd, event, slot, generation, payload });
  }

  /** Opens a connection as the runtime does: slot words first, then the event. */
  open(fd: number, slot: number, generation: number, firstSharedSlot: number): boolean {
    const words = (768 + (firstSharedSlot + slot) * 16) / 4;
    Atomics.store(this.#words, words, 0);
    Atomics.store(this.#words, words + 1, 0);
    Atomics.store(this.#words, words + 2, generation);
    return this.deliver(fd, 1, slot, generation);
  }

  /** Says that so many more bytes of a connection were sent; true when it wants to know. */
  drained(sharedSlot: number, bytes: number): boolean {
    const words = (768 + sharedSlot * 16) / 4;
    Atomics.add(this.#words, words, bytes);
    return Atomics.exchange(this.#words, words + 1, 0) === 1;
  }

  /** The end of a turn: wakes JavaScript if it sleeps; true when it did. */
  endTurn(): boolean {
    if (Atomics.exchange(this.#words, armedOffset / 4, 0) !== 1) return false;
    this.link.pump();
    return true;
  }

  get jsIsArmed(): boolean {
    return Atomics.load(this.#words, armedOffset / 4) === 1;
  }

  /** Says that the reactor is about to block. */
  sleep(): void {
    Atomics.exchange(this.#words, sleepingOffset / 4, 1);
  }

  /** Says that the reactor waits for room towards JavaScript. */
  stall(): void {
    Atomics.exchange(this.#words, stalledOffset / 4, 1);
  }
}

/** Lets the event loop turn until `condition` holds; rejects after a bounded number of turns. */
export async function eventually(condition: () => boolean, what = 'condition'): Promise<void> {
  for (let turn = 0; turn < 10_000; turn += 1) {
    if (condition()) return;
    await nextTurn();
  }
  throw new Error(`${what}: not within 10000 turns of the event loop`);
}

/** One turn of the event loop. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
