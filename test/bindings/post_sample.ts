/** A channel from JavaScript and a reactor's end of it, written from the contract. */
import type { ChannelFull } from '../../templates/bindings/channel_layout.ts';
import { postChannelOf } from '../../templates/bindings/conflating_post.ts';
import type { KeyDescriptor } from '../../templates/bindings/descriptor.ts';
import { MessageWriter } from '../../templates/bindings/message_writer.ts';
import type { PostChannel } from '../../templates/bindings/post_channel.ts';

const offset = 128;
/** Cells of the channel. */
export const capacity = 4;
const strideBytes = 24;
const headerBytes = 256;

/** What the generator emits for { sequence: u64, symbol: u16 }. */
export class OrderWriter extends MessageWriter {
  /** All zeros. */
  clear(): void {
    this.$clear(16);
  }
  set sequence(value: bigint) {
    this.$view.setBigUint64(this.$at, value, true);
  }
  set symbol(value: number) {
    this.$view.setUint16(this.$at + 8, value, true);
  }
}

/** A channel and the reactor's end of it; counters begin at `start`. */
export class Sample {
  readonly memory = new SharedArrayBuffer(offset + headerBytes + capacity * strideBytes);
  readonly view = new DataView(this.memory);
  readonly channel: PostChannel<OrderWriter>;
  posted = 0;

  constructor(full: ChannelFull, start = 0, key?: KeyDescriptor) {
    this.view.setUint32(offset, start, true);
    this.view.setUint32(offset + 128, start, true);
    const cells = { name: 'orders', offset, capacity, strideBytes, full };
    const descriptor = { ...cells, ...(key !== undefined && { key }), writer: OrderWriter };
    this.channel = postChannelOf(descriptor, this.memory, () => {
      this.posted += 1;
    });
  }
  get tail(): number {
    return this.view.getUint32(offset, true);
  }
  get head(): number {
    return this.view.getUint32(offset + 128, true);
  }
  set head(value: number) {
    this.view.setUint32(offset + 128, value, true);
  }
  get waits(): boolean {
    return this.view.getUint32(offset + 192, true) === 1;
  }
  /** The stamp and the fields in the cell of a position. */
  cell(position: number): { stamp: bigint; sequence: bigint; symbol: number } {
    const at = offset + headerBytes + (position % capacity) * strideBytes;
    return {
      stamp: this.view.getBigUint64(at, true),
      sequence: this.view.getBigUint64(at + 8, true),
      symbol: this.view.getUint16(at + 16, true),
    };
  }
  /** Takes the oldest message. */
  take(): bigint | undefined {
    if (this.head === this.tail) return undefined;
    const { sequence } = this.cell(this.head);
    this.head = (this.head + 1) >>> 0;
    return sequence;
  }
  /** Takes the cell of a position from a writer that may replace it: where its stamp is whole. */
  claim(position: bigint): boolean {
    const at = offset + headerBytes + Number(position % BigInt(capacity)) * strideBytes;
    const stamps = new BigUint64Array(this.memory, at, 1);
    const whole = 2n * position + 2n;
    return Atomics.compareExchange(stamps, 0, whole, whole + 1n) === whole;
  }
}
