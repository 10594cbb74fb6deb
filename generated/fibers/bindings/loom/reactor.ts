/**
 * JavaScript's end of one reactor: takes records out of the delivery ring, offers batches to
 * their readers, and sleeps when nothing comes.
 *
 * While something comes, the rings are looked at in every turn of the event loop (setImmediate):
 * 0.5 µs instead of the 10-25 µs of a wake-up. After some turns without anything, as the option
 * `wait` says, the link arms itself: the reactor's next publication calls `pump` through a
 * thread-safe function.
 *
 * Few idle turns by default: an event loop that turns idly keeps a core from the reactor that has
 * just been woken. Measured on two cores that others used too, echo of 64 bytes, p50 with 0 / 4 /
 * 64 / 256 idle turns: one message every 2 ms 70-110 / 90-120 / 125-155 / 250-300 µs; without
 * pause 42-45 / 46-49 / 16-113 / 16-64 µs. With cores to spare, raise it.
 */
import { type Askers, makeAskers } from './askers.ts';
import { ByteRingReader, ByteRingWriter } from './byte_ring.ts';
import { Channel } from './channel.ts';
import { ChannelStats, type NativeChannel } from './channel_stats.ts';
import { type Command, CommandQueue } from './commands.ts';
import type { Connection } from './connection.ts';
import type { ReactorDescriptor } from './descriptor.ts';
import { controlWord, DeliveryEvent, isProgramEvent } from './layout.ts';
import { postChannelOf } from './conflating_post.ts';
import type { PostChannel } from './post_channel.ts';
import type { ProgramEvents } from './program_events.ts';
import { RefusedSends } from './refused_sends.ts';
import { RequestQueue } from './requests.ts';
import { ReactorStats } from './stats.ts';
import { Server, Stream } from './stream.ts';
import { Timer } from './timer.ts';
import { UnreadWarnings } from './unread.ts';
import { idleTurnsOf, type JavaScriptWait } from './waiting.ts';

/** What a link needs besides the shared block. */
export interface LinkOptions {
  /** Wakes the reactor's thread; called only when it said that it sleeps. */
  readonly wake: () => void;
  /** Turns the reactor on this thread; true when there is more to do at once. */
  readonly turn?: (() => boolean) | undefined;
  /** What JavaScript does while nothing comes. */
  readonly wait?: JavaScriptWait | undefined;
  /** The program's name, for errors. */
  readonly program?: string | undefined;
  /** Where events of the program go; without it they are passed over. */
  readonly events?: ProgramEvents | undefined;
}

/** One reactor's shared block and everything that is read from it. */
export class ReactorLink {
  readonly memory: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly buffer: Buffer;
  readonly reader: ByteRingReader;
  readonly inbox: ByteRingWriter;
  readonly stats: ReactorStats;
  readonly streams: Stream[] = [];
  readonly timers: Timer[] = [];
  readonly channels: Channel<never>[] = [];
  readonly files: Askers['files'];
  readonly senders: Askers['senders'];
  readonly calls: Askers['calls'];
  readonly posts: PostChannel<never>[] = [];
  readonly passing: NativeChannel[] = [];
  /** By program-wide number of the fd. */
  readonly #fds: (Stream | Timer | undefined)[] = [];
  readonly #wake: () => void;
  readonly #turnReactor: (() => boolean) | undefined;
  readonly #idleTurns: number;
  readonly #descriptor: ReactorDescriptor;
  readonly #events: ProgramEvents | undefined;
  readonly #view: DataView;
  readonly #commands: CommandQueue;
  readonly #requests: RequestQueue | undefined;
  /** The timer's look also gives the commands that wait to the reactor. */
  readonly #refused = new RefusedSends(() => this.#flushCommands());
  readonly #unread = new UnreadWarnings();
  readonly #turn = () => {
    this.#scheduled = false;
    this.pump();
  };
  #emptyTurns = 0;
  #scheduled = false;
  #begun = false;
  #ended = false;

  constructor(descriptor: ReactorDescriptor, memory: SharedArrayBuffer, options: LinkOptions) {
    this.memory = memory;
    this.words = new Int32Array(memory);
    this.bytes = new Uint8Array(memory);
    this.buffer = Buffer.from(memory);
    this.reader = new ByteRingReader(this.words, descriptor.delivery);
    this.inbox = new ByteRingWriter(this.words, descriptor.inbox);
    this.#commands = new CommandQueue(this.inbox);
    this.stats = new ReactorStats(memory);
    this.#turnReactor = options.turn;
    this.#wake = options.turn === undefined ? options.wake : () => this.#schedule();
    this.#descriptor = descriptor;
    this.#events = options.events;
    this.#view = new DataView(memory);
    this.#idleTurns = idleTurnsOf(options.wait);
    const { requests } = descriptor;
    this.#requests = requests && new RequestQueue(this, requests);
    const askers = makeAskers(descriptor, this.#requests, memory);
    this.files = askers.files;
    this.senders = askers.senders;
    this.calls = askers.calls;
    this.#build(descriptor);
    const { program = '' } = options;
    for (const source of [...this.streams, ...this.channels]) source.$program = program;
    for (const { $listeners } of [...this.streams, ...this.timers]) $listeners.program = program;
  }

  /** Commands wait for room in the inbox; nothing may overtake them. */
  get hasPendingCommands(): boolean {
    return this.#commands.isWaiting;
  }

  /** From now on JavaScript consumes; before the reactor starts. */
  attach(): void {
    Atomics.store(this.words, controlWord.jsAttached, 1);
  }

  /** Begins to take what comes: from the next turn on, so that listeners can be added first. */
  begin(): void {
    this.#begun = true;
    this.#schedule();
  }

  /** Takes what has come and goes on looking, or goes to sleep. */
  pump(): void {
    if (!this.#begun || this.#ended) return;
    const isBusy = this.#turnReactor?.() ?? false;
    const found = this.#take();
    this.#flushCommands();
    this.#refused.check();
    if (this.#turnReactor !== undefined) {
      // The event loop calls when something comes; what JavaScript left here wakes by #wake.
      if (isBusy || this.hasPendingCommands) this.#schedule();
      else this.#refused.watchWhileAsleep();
      return;
    }
    this.#emptyTurns = found || this.hasPendingCommands ? 0 : this.#emptyTurns + 1;
    if (this.#emptyTurns <= this.#idleTurns) this.#schedule();
    else this.#arm();
  }

  /** A stream or a channel needs less of its ring: gives room back to the reactor. */
  release(): void {
    const { cursor } = this.reader;
    let oldest = cursor;
    for (const stream of this.streams) {
      const position = stream.$oldest;
      if (position !== undefined && ((cursor - position) | 0) > ((cursor - oldest) | 0)) {
        oldest = position;
      }
    }
    this.reader.release(oldest);
    this.wakeStalled();
  }

  /** After a head has moved: a reactor that waits for room goes on. */
  wakeStalled(): void {
    if (
      Atomics.load(this.words, controlWord.deliveryStalled) === 1 &&
      Atomics.exchange(this.words, controlWord.deliveryStalled, 0) === 1
    ) {
      this.#wake();
    }
  }

  /** After the inbox's tail has moved: a reactor that sleeps wakes up. */
  wakeIfSleeping(): void {
    if (
      Atomics.load(this.words, controlWord.reactorSleeping) === 1 &&
      Atomics.exchange(this.words, controlWord.reactorSleeping, 0) === 1
    ) {
      this.#wake();
    }
  }

  /** Gives a command to the reactor, in order and never lost. */
  command(command: Command): void {
    this.#commands.push(command);
    this.#flushCommands();
    if (this.hasPendingCommands) this.#schedule();
  }

  /** A send was refused: its connection is looked at until it may send again. */
  watchRefused(connection: Connection, stream: Stream): void {
    this.#refused.watch(connection, stream);
  }

  /** The reactor's thread has ended: reads the rest, then ends every source. */
  end(): void {
    if (this.#ended) return;
    const sources = [...this.streams, ...this.channels];
    // A pause ends with the program: what waits is read like the rest.
    for (const source of sources) source.resume();
    this.#take();
    for (const source of sources) source.$offer();
    this.#ended = true;
    this.#refused.end();
    this.#requests?.$end();
    Atomics.store(this.words, controlWord.jsAttached, 0);
    for (const source of sources) source.$end();
    for (const post of this.posts) post.$end();
    for (const { $listeners } of [...this.streams, ...this.timers]) $listeners.end();
  }

  #build(descriptor: ReactorDescriptor): void {
    for (const fd of descriptor.fds) {
      // Files take requests only.
      if (fd.kind === 'file' || fd.native) continue;
      if (fd.kind === 'timer') {
        const timer = new Timer(fd.name);
        this.timers.push(timer);
        this.#fds[fd.index] = timer;
        continue;
      }
      const isServer = fd.kind === 'tcpServer' || fd.kind === 'unixServer';
      const stream = isServer ? new Server(fd, this) : new Stream(fd, this);
      this.streams.push(stream);
      this.#fds[fd.index] = stream;
    }
    for (const channel of descriptor.channels) {
      this.channels.push(new Channel(channel, this.memory, () => this.wakeStalled()));
    }
    for (const { name, offset, capacity } of descriptor.passing) {
      this.passing.push({ name, stats: new ChannelStats(this.memory, offset, capacity) });
    }
    for (const post of descriptor.posts) {
      this.posts.push(postChannelOf(post, this.memory, () => this.wakeIfSleeping()));
    }
  }

  /** Takes everything that is there; true when there was anything. */
  #take(): boolean {
    let found = this.reader.refresh();
    if (found) this.#readRecords();
    for (const channel of this.channels) found = channel.$refresh() || found;
    for (const post of this.posts) post.$check();
    if (!found) return false;
    for (const stream of this.streams) stream.$offer();
    for (const channel of this.channels) channel.$offer();
    this.release();
    if (this.reader.heldBytes > this.reader.ringBytes / 2) this.#unread.ofStreams(this.streams);
    this.#unread.ofChannels(this.channels);
    return true;
  }

  #readRecords(): void {
    const { reader } = this;
    while (reader.next()) {
      if (isProgramEvent(reader.event)) {
        this.#events?.record(this.#descriptor, reader, this.#view);
        continue;
      }
      if (reader.event === DeliveryEvent.completed) {
        this.#requests?.$complete(reader.slot, reader.generation, reader.start >> 2);
        continue;
      }
      const fd = this.#fds[reader.fd];
      if (fd instanceof Stream) fd.$record(reader);
      else if (fd !== undefined && reader.event === DeliveryEvent.tick) {
        const low = this.words[reader.start >> 2] as number;
        fd.$tick(low >>> 0);
      }
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#ended) return;
    this.#scheduled = true;
    setImmediate(this.#turn);
  }

  /**
   * Announces sleep and looks once more. Both sides exchange the word, so either the reactor sees
   * that it must wake, or this look sees what the reactor published.
   */
  #arm(): void {
    Atomics.exchange(this.words, controlWord.jsArmed, 1);
    let found = this.reader.refresh();
    for (const channel of this.channels) found = channel.$hasMore() || found;
    for (const post of this.posts) found = post.$hasRoom() || found;
    if (!found) {
      this.#refused.watchWhileAsleep();
      return;
    }
    Atomics.store(this.words, controlWord.jsArmed, 0);
    this.#schedule();
  }

  #flushCommands(): void {
    if (this.#commands.flush()) this.wakeIfSleeping();
  }
}
