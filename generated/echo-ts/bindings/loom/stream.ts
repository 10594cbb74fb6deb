/**
 * Stream fds without a C++ handler: their connections, events and messages. Records stay in the
 * delivery ring until their batch is disposed; a stream only remembers where they are.
 */
import { BatchSource } from './batches.ts';
import type { ByteRingReader } from './byte_ring.ts';
import { type CloseReason, closeReasonAt } from './close_reason.ts';
import { Connection, connectionId } from './connection.ts';
import type { StreamDescriptor } from './descriptor.ts';
import { DeliveryEvent, recordAlignment, runEntryBytes } from './layout.ts';
import { type EventArguments, Listeners, type ListenOptions } from './listeners.ts';
import { Message, MessageBatch } from './message.ts';
import type { ReactorLink } from './reactor.ts';
import { StreamCounts, type StreamStats } from './stream_stats.ts';

export type { CloseReason } from './close_reason.ts';

/** The events of a stream and their listeners. */
export interface StreamListeners {
  /** A connection was established; for clients after each reconnect, too. */
  open: (connection: Connection) => void;
  /** It ended. For a client's failed attempt too; then no open event came before. */
  close: (connection: Connection, why: CloseReason) => void;
  /** After a refused send half of the write queue is free again. */
  drain: (connection: Connection) => void;
}

/** A stream fd that a C++ handler serves: nothing of it passes through JavaScript. */
export interface NativeStream {
  readonly name: string;
}

/** The same for servers. */
export interface NativeServer extends NativeStream {
  /** Where it listens; the real port where port 0 was asked for. */
  readonly address: string;
}

const firstQueueEntries = 256;

/** A client fd (tcp, unix) that is delivered to JavaScript. */
export class Stream extends BatchSource<MessageBatch> {
  readonly $link: ReactorLink;
  readonly $descriptor: StreamDescriptor;
  readonly $message: Message;
  /** Longest message that send() accepts. */
  readonly $maximumSendBytes: number;
  readonly $listeners: Listeners<StreamListeners>;
  readonly $counts: StreamCounts = new StreamCounts();
  /** The newest connection of each slot. */
  readonly #connections: (Connection | undefined)[];
  /** By id: connections whose slot may be in use again while their messages are still unread. */
  readonly #leaving = new Map<number, Connection>();
  /** Ring positions of the records that wait: entries #first to #last, modulo the array. */
  #positions = new Int32Array(firstQueueEntries);
  #first = 0;
  #last = 0;
  #batchIsOut = false;
  /** Events of the entries before it were emitted ahead of the messages between them. */
  #told = 0;
  /** Of the record with several messages that is gone through: the next one, and the end. */
  #runNext = 0;
  #runEnd = 0;

  constructor(descriptor: StreamDescriptor, link: ReactorLink) {
    super(descriptor.name, 'fds');
    this.$listeners = new Listeners<StreamListeners>(this.$place, ['open', 'close', 'drain']);
    this.$link = link;
    this.$descriptor = descriptor;
    this.$message = new Message(link.memory);
    this.#connections = new Array(descriptor.connections).fill(undefined);
    const ownMaximum = descriptor.maximumMessageBytes || Number.POSITIVE_INFINITY;
    this.$maximumSendBytes = Math.min(
      ownMaximum,
      descriptor.writeQueueBytes - descriptor.framingBytes,
      link.inbox.maximumPayloadBytes,
    );
  }

  /**
   * Calls `listener` at every event of this kind, until `signal` is aborted; returns a function
   * that ends this.
   */
  on<Event extends keyof StreamListeners>(
    event: Event,
    listener: StreamListeners[Event],
    options?: ListenOptions,
  ): () => void {
    return this.$listeners.on(event, listener, options);
  }

  /**
   * What the next event of this kind tells: `const [connection] = await server.once('open')`.
   * Rejected with the signal's reason, and with LoomError LOOM6033 when the program ends first.
   */
  once<Event extends keyof StreamListeners>(
    event: Event,
    options?: ListenOptions,
  ): Promise<EventArguments<StreamListeners, Event>> {
    return this.$listeners.once(event, options);
  }

  /** Live counters of this fd alone; those of its reactor are in the program's `stats`. */
  get stats(): StreamStats {
    return this.$counts;
  }

  /** The connections that are open now. */
  *connections(): Generator<Connection, undefined> {
    for (const connection of this.#connections) {
      if (connection !== undefined && !connection.closed) yield connection;
    }
  }

  /** Ring position of the oldest record that is still needed; undefined when none is. */
  get $oldest(): number | undefined {
    return this.#first === this.#last ? undefined : this.#positionOf(this.#first);
  }

  /** Takes note of the record that the reader stands on. */
  $record(reader: ByteRingReader): void {
    if (reader.event === DeliveryEvent.open) {
      this.$counts.opened += 1;
      this.#connections[reader.slot] = new Connection(this, reader.slot, reader.generation);
    } else if (reader.event === DeliveryEvent.drain) {
      // At once, not behind unread messages: their reader may be waiting for exactly this.
      const connection = this.#connections[reader.slot];
      if (connection?.$drain()) this.$emitDrain(connection);
      return;
    } else if (reader.event === DeliveryEvent.close) {
      this.#leave(reader.slot, reader.generation);
    }
    if (this.#last - this.#first === this.#positions.length) this.#grow();
    this.#positions[this.#last & (this.#positions.length - 1)] = reader.position;
    this.#last += 1;
  }

  /** See BatchSource; events that no message precedes need no reader. */
  override $offer(): void {
    if (!this.#batchIsOut) this.#passEvents();
    super.$offer();
  }

  /** Every connection that is still open ends with the program. */
  override $end(): void {
    // What no reader comes for must not hold back the events behind it; one may come later.
    if (!this.$isRead) {
      for (let entry = this.#first; entry !== this.#last; entry += 1) this.#tell(entry);
      this.#told = this.#last;
    }
    for (const connection of this.connections()) {
      connection.$close();
      this.$counts.closed += 1;
      this.$listeners.emit('close', connection, { kind: 'stopped', systemError: undefined });
    }
    super.$end();
  }

  /** See BatchSource. */
  protected override $take(): MessageBatch | undefined {
    this.#passEvents();
    if (this.#first === this.#last) return undefined;
    this.#batchIsOut = true;
    return new MessageBatch(this, this.#first, this.#last);
  }

  /** Goes past an entry: true for a message, which `$message` then shows; events are emitted. */
  $visit(entry: number): boolean {
    const { reader } = this.$link;
    reader.seek(this.#positionOf(entry));
    const { slot, generation, event, start, bytes } = reader;
    const connection = this.#find(slot, generation);
    if (event === DeliveryEvent.data) {
      this.$message.$set(connection, start, bytes);
      this.$counts.messages += 1;
      this.$counts.bytes += bytes;
      return true;
    }
    if (event === DeliveryEvent.run) {
      this.#runNext = start;
      this.#runEnd = start + bytes;
      this.$message.$set(connection, start, 0);
      return this.$nextOfRun();
    }
    // Answers to everything before it are in the inbox by now, ahead of this, or were refused.
    if (event === DeliveryEvent.end) connection.$answerEnd();
    if (entry >= this.#told) this.#tell(entry);
    if (event === DeliveryEvent.close) this.#leaving.delete(connectionId(slot, generation));
    return false;
  }

  /** Goes to the next message of a record with several; false behind the last. */
  $nextOfRun(): boolean {
    const at = this.#runNext;
    if (at === this.#runEnd) return false;
    const bytes = this.$link.words[at >> 2] as number;
    this.$message.$move(at + runEntryBytes, bytes);
    this.$counts.messages += 1;
    this.$counts.bytes += bytes;
    this.#runNext = at + runEntryBytes + ((bytes + recordAlignment - 1) & -recordAlignment);
    return true;
  }

  /** Entries before `end` are not needed any more. */
  $release(end: number): void {
    this.#first = end;
    this.#batchIsOut = false;
    this.#runNext = this.#runEnd;
    this.$link.release();
  }

  /** Tells the listeners that the connection may send again. */
  $emitDrain(connection: Connection): void {
    this.$listeners.emit('drain', connection);
  }

  /** Emits the events that no message precedes. */
  #passEvents(): void {
    while (this.#first !== this.#last) {
      this.$link.reader.seek(this.#positionOf(this.#first));
      const { event } = this.$link.reader;
      if (event === DeliveryEvent.data || event === DeliveryEvent.run) return;
      const entry = this.#first;
      this.#first = entry + 1;
      this.$visit(entry);
    }
  }

  /** Emits the event of an entry, if it is one that has listeners. */
  #tell(entry: number): void {
    const { reader } = this.$link;
    reader.seek(this.#positionOf(entry));
    const { slot, generation, event, start } = reader;
    if (event !== DeliveryEvent.open && event !== DeliveryEvent.close) return;
    const connection = this.#find(slot, generation);
    if (event === DeliveryEvent.open) this.$listeners.emit('open', connection);
    else this.$listeners.emit('close', connection, closeReasonAt(this.$link.words, start));
  }

  #leave(slot: number, generation: number): void {
    let connection = this.#connections[slot];
    if (connection?.$generation !== generation) {
      // A client's attempt that failed: it was never open.
      this.$counts.failedAttempts += 1;
      connection = new Connection(this, slot, generation);
    } else {
      this.$counts.closed += 1;
      this.#connections[slot] = undefined;
    }
    connection.$close();
    this.#leaving.set(connectionId(slot, generation), connection);
  }

  #find(slot: number, generation: number): Connection {
    const connection = this.#connections[slot];
    if (connection?.$generation === generation) return connection;
    return this.#leaving.get(connectionId(slot, generation)) as Connection;
  }

  #positionOf(entry: number): number {
    return this.#positions[entry & (this.#positions.length - 1)] as number;
  }

  /** Twice the entries; bounded by the records that fit the delivery ring. */
  #grow(): void {
    const grown = new Int32Array(this.#positions.length * 2);
    for (let entry = this.#first; entry !== this.#last; entry += 1) {
      grown[entry & (grown.length - 1)] = this.#positionOf(entry);
    }
    this.#positions = grown;
  }
}

/** A server fd (tcpServer, unixServer) that is delivered to JavaScript. */
export class Server extends Stream {
  #address: string | undefined;

  /** Where it listens; the real port where port 0 was asked for. */
  get address(): string {
    return this.#address ?? this.$descriptor.address;
  }

  /** Notes the address that was really bound. */
  $bind(address: string): void {
    this.#address = address;
  }
}
