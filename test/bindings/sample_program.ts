/** A program description for tests of the bindings: two streams, a timer, two channels. */
import type { Channel } from '../../templates/bindings/channel.ts';
import { MessageView } from '../../templates/bindings/message_view.ts';
import type { ReactorDescriptor } from '../../templates/bindings/descriptor.ts';
import type { Server, Stream } from '../../templates/bindings/stream.ts';
import type { Timer } from '../../templates/bindings/timer.ts';
import { SimulatedReactor } from './simulated_reactor.ts';

/** The plain form of a Quote. */
export interface QuoteValue {
  symbol: number;
  bid: bigint;
  ask: bigint;
  firm: boolean;
  weight: number;
}

/** What the generator emits for { symbol: u16, bid: i64, ask: u64, firm: bool, weight: f64 }. */
export class Quote extends MessageView<QuoteValue> {
  get symbol(): number {
    return this.$view.getUint16(this.$at, true);
  }
  get bid(): bigint {
    return this.$view.getBigInt64(this.$at + 8, true);
  }
  get ask(): bigint {
    return this.$view.getBigUint64(this.$at + 16, true);
  }
  get firm(): boolean {
    return this.$view.getUint8(this.$at + 24) !== 0;
  }
  get weight(): number {
    return this.$view.getFloat64(this.$at + 32, true);
  }
  /** A copy. */
  toObject(): QuoteValue {
    return {
      symbol: this.symbol,
      bid: this.bid,
      ask: this.ask,
      firm: this.firm,
      weight: this.weight,
    };
  }
}

/** Program-wide number of the server `control`. */
export const serverFd = 3;
/** Program-wide number of the client `market`. */
export const clientFd = 5;
/** Program-wide number of the timer `clock`. */
export const timerFd = 6;
/** Connections of `control`; its slot words come first. */
export const serverConnections = 4;
/** Bytes of each byte ring. */
export const ringBytes = 4096;
/** Bytes of each write queue. */
export const writeQueueBytes = 1024;
/** Messages that the channel holds. */
export const channelCapacity = 4;
/** Bytes from one message of the channel to the next. */
export const channelStrideBytes = 48;
/** Byte offset of the channel in the shared block. */
export const channelOffset = 1024 + 2 * (128 + ringBytes);

/** The reactor of the sample. */
export const sampleReactor: ReactorDescriptor = {
  name: 'main',
  sharedBytes: 16384,
  delivery: { offset: 1024, bytes: ringBytes },
  inbox: { offset: 1024 + 128 + ringBytes, bytes: ringBytes },
  fds: [
    {
      kind: 'tcpServer',
      name: 'control',
      index: serverFd,
      native: false,
      address: '127.0.0.1:7001',
      connections: serverConnections,
      firstSharedSlot: 0,
      writeQueueBytes,
      framingBytes: 4,
      maximumMessageBytes: 512,
    },
    {
      kind: 'unix',
      name: 'market',
      index: clientFd,
      native: false,
      address: '/tmp/market.sock',
      connections: 1,
      firstSharedSlot: serverConnections,
      writeQueueBytes,
      framingBytes: 0,
      maximumMessageBytes: 0,
    },
    { kind: 'timer', name: 'clock', index: timerFd, native: false },
  ],
  channels: [
    {
      name: 'quotes',
      offset: channelOffset,
      capacity: channelCapacity,
      strideBytes: channelStrideBytes,
      full: 'drop-newest',
      reader: Quote,
    },
  ],
  posts: [],
  passing: [],
};

/** A simulated reactor and the sources of its link. */
export interface Sample {
  readonly reactor: SimulatedReactor;
  readonly control: Server;
  readonly market: Stream;
  readonly clock: Timer;
  readonly quotes: Channel<Quote>;
}

/** Starts the sample; ring counters begin at `start`. */
export function startSample(start = 0): Sample {
  const reactor = new SimulatedReactor(sampleReactor, start);
  const { streams, timers, channels } = reactor.link;
  return {
    reactor,
    control: streams[0] as Server,
    market: streams[1] as Stream,
    clock: timers[0] as Timer,
    quotes: channels[0] as unknown as Channel<Quote>,
  };
}
