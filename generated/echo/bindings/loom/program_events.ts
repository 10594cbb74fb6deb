/**
 * What happens to the program as a whole: connections of its clients, gaps that handlers found,
 * channels that overflow, handlers that hold the loop. The reactors write them as records into
 * their delivery rings (runtime/loom/program_event.hpp); they are told as soon as they are seen,
 * ahead of messages that nobody has read yet.
 */
import { getSystemErrorName } from 'node:util';
import type { ByteRingReader } from './byte_ring.ts';
import type { ProgramDescriptor, ReactorDescriptor } from './descriptor.ts';
import { type CloseKind, closeKinds, DeliveryEvent } from './layout.ts';
import { Listeners } from './listeners.ts';

/** A connection of a client fd was established. */
export interface UpEvent<Client extends string = string> {
  /** The client fd. */
  readonly fd: Client;
  /** Which of its connections, 0 to connections - 1. */
  readonly connection: number;
  /** Attempts that failed before it, since the connection before. */
  readonly failedAttempts: number;
}

/** A connection of a client fd ended, or an attempt failed. */
export interface DownEvent<Client extends string = string> {
  /** The client fd. */
  readonly fd: Client;
  /** Which of its connections, 0 to connections - 1. */
  readonly connection: number;
  /** Attempts that failed before this end, since the connection before. */
  readonly failedAttempts: number;
  /** Why. */
  readonly kind: CloseKind;
  /** The kernel's word for it, such as 'ECONNREFUSED', where there was one. */
  readonly systemError: string | undefined;
}

/** Something is missing in what an fd receives. */
export interface GapEvent<Fd extends string = string> {
  /** The fd that it should have come by. */
  readonly fd: Fd;
  /** 'sequence': a handler found it (notify_gap); 'dropped': the kernel dropped datagrams. */
  readonly cause: 'sequence' | 'dropped';
  /** Which sequence of the fd, as the handler numbers them: a symbol, a lane. 0 when dropped. */
  readonly stream: bigint;
  /** The number that should have come next; 0 when dropped. */
  readonly expected: bigint;
  /** The number that came; when dropped, how many did not. */
  readonly received: bigint;
}

/** A handler has caught up again after a gap (notify_resynced). */
export interface ResyncedEvent<Fd extends string = string> {
  /** The fd whose sequence is whole again. */
  readonly fd: Fd;
  /** Which sequence of the fd, as in the gap. */
  readonly stream: bigint;
  /** The number that it goes on from. */
  readonly at: bigint;
}

/** A channel began to lose messages, or has had room again. */
export interface OverflowEvent<Channel extends string = string, Reactor extends string = string> {
  /** The channel. */
  readonly channel: Channel;
  /** The reactor that writes it: of a group, which instance. */
  readonly reactor: Reactor;
  /** 'began' with the first message lost or replaced, 'ceased' when half of it is empty again. */
  readonly state: 'began' | 'ceased';
  /** Messages lost or replaced since the start of the program. */
  readonly dropped: bigint;
}

/** A hook or a fiber held its loop for longer than `stall` of its reactor allows. */
export interface StallEvent<Reactor extends string = string> {
  /** The reactor. */
  readonly reactor: Reactor;
  /** Who held it, such as 'fds.market (Book::on_data)'. */
  readonly activity: string;
  /** For how long, in nanoseconds. */
  readonly nanoseconds: bigint;
}

/** A reactor had no room for so many of these events: nobody took what lies in its ring. */
export interface LostEvent<Reactor extends string = string> {
  /** The reactor. */
  readonly reactor: Reactor;
  /** Events that were not told. */
  readonly events: bigint;
}

/** The events of a program and their listeners; the names are those of the config. */
export interface ProgramListeners<
  Reactor extends string = string,
  Client extends string = string,
  Fd extends string = string,
  Channel extends string = string,
> {
  /** A connection of a client fd was established, whoever handles it. */
  up: (event: UpEvent<Client>) => void;
  /** It ended, or an attempt failed. */
  down: (event: DownEvent<Client>) => void;
  /** Something is missing in what an fd receives. */
  gap: (event: GapEvent<Fd>) => void;
  /** A handler has caught up again. */
  resynced: (event: ResyncedEvent<Fd>) => void;
  /** A channel began to lose messages, or has room again. */
  overflow: (event: OverflowEvent<Channel, Reactor>) => void;
  /** A hook or a fiber held its loop for too long; told when it is over. */
  stall: (event: StallEvent<Reactor>) => void;
  /** Events of a reactor found no room. */
  lost: (event: LostEvent<Reactor>) => void;
}

/** Reads the records of these events and tells the listeners. */
export class ProgramEvents {
  readonly listeners: Listeners<ProgramListeners>;
  /** Names of fds by their program-wide number. */
  readonly #fds: string[] = [];

  constructor(descriptor: Pick<ProgramDescriptor, 'name' | 'reactors'>) {
    this.listeners = new Listeners<ProgramListeners>('the program', [
      'up',
      'down',
      'gap',
      'resynced',
      'overflow',
      'stall',
      'lost',
    ]);
    this.listeners.program = descriptor.name;
    for (const { fds } of descriptor.reactors) {
      for (const { index, name } of fds) this.#fds[index] = name;
    }
  }

  /** The reader of `reactor` stands on a record of a program event: `view` shows its block. */
  record(reactor: ReactorDescriptor, reader: ByteRingReader, view: DataView): void {
    const { start, event } = reader;
    const fd = this.#fds[reader.fd] ?? `number ${reader.fd}`;
    const connection = reader.slot;
    const u64 = (offset: number) => view.getBigUint64(start + offset, true);
    if (event === DeliveryEvent.up) {
      const failedAttempts = view.getUint16(start + 2, true);
      this.listeners.emit('up', { fd, connection, failedAttempts });
    } else if (event === DeliveryEvent.down) {
      this.listeners.emit('down', { fd, connection, ...downAt(view, start) });
    } else if (event === DeliveryEvent.gap) {
      const cause = view.getUint32(start + 24, true) === 0 ? 'sequence' : 'dropped';
      const [stream, expected, received] = [u64(0), u64(8), u64(16)];
      this.listeners.emit('gap', { fd, cause, stream, expected, received });
    } else if (event === DeliveryEvent.resynced) {
      this.listeners.emit('resynced', { fd, stream: u64(0), at: u64(8) });
    } else if (event === DeliveryEvent.overflow) {
      const channel = reactor.channels[reader.slot]?.name ?? `number ${reader.slot}`;
      const state = view.getUint32(start + 8, true) === 0 ? 'ceased' : 'began';
      this.listeners.emit('overflow', {
        channel,
        reactor: reactor.name,
        state,
        dropped: u64(0),
      });
    } else if (event === DeliveryEvent.stall) {
      const text = new Uint8Array(view.buffer, start + 8, reader.bytes - 8).slice();
      const activity = new TextDecoder().decode(text);
      this.listeners.emit('stall', { reactor: reactor.name, activity, nanoseconds: u64(0) });
    } else if (event === DeliveryEvent.lost) {
      this.listeners.emit('lost', { reactor: reactor.name, events: u64(0) });
    }
  }
}

/** What the payload of a `down` record says. */
function downAt(
  view: DataView,
  start: number,
): Pick<DownEvent, 'failedAttempts' | 'kind' | 'systemError'> {
  const systemError = view.getInt32(start + 4, true);
  return {
    failedAttempts: view.getUint16(start + 2, true),
    kind: closeKinds[view.getUint16(start, true)] ?? 'failed',
    systemError: systemError === 0 ? undefined : getSystemErrorName(-systemError),
  };
}
