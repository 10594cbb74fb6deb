/**
 * Lowers the block of memory that a reactor shares with JavaScript: control words, stats, words of
 * each slot, the delivery ring, the inbox ring, then one ring for each channel, and the requests of
 * JavaScript. The runtime and the bindings read these offsets; neither computes one.
 */
import type { CheckedReactor } from '../schemas/config.ts';
import type { IrJsRequests } from '../schemas/ir_js_requests.ts';
import type { IrChannel, IrFd, IrSharedLayout, IrStreamFd } from '../schemas/ir.ts';
import { isStream } from './fd_kinds.ts';
import type { UnplacedChannel } from './lower_channels.ts';
import { lowerJsRequests } from './lower_js_requests.ts';
import { powerOfTwoCeiling } from './lower_messages.ts';
import { alignUp } from './message_types.ts';

const statsOffset = 256;
const slotsOffset = 768;
const slotBytes = 16;
const ringHeaderBytes = 128;
const channelHeaderBytes = 256;
const ringAlignment = 128;
const pageBytes = 4096;
const defaultDeliveryBytes = 1024 * 1024;
const defaultInboxBytes = 256 * 1024;
/** A ring holds this many of its largest messages. */
const messagesInRing = 4;

/** The stream fds that JavaScript serves. */
export function deliveredFds(fds: readonly IrFd[]): IrStreamFd[] {
  return fds.filter((fd): fd is IrStreamFd => isStream(fd) && fd.handler === null);
}

/** The largest message of an fd in bytes; a raw fd delivers whole receive buffers. */
export function largestMessageBytes(fd: IrStreamFd): number {
  return !('maximumBytes' in fd.framing)
    ? fd.receive.bytes
    : Math.max(fd.framing.maximumBytes, fd.receive.bytes);
}

/** The longest packet that a write queue takes: its length stands before it. */
export function longestPacketBytes(fd: IrStreamFd): number {
  return fd.writeQueueBytes - 4;
}

/** The largest message that JavaScript can send through an fd; bytes without bound are cut. */
export function largestSendBytes(fd: IrStreamFd): number {
  const { framing, writeQueueBytes } = fd;
  if (framing.kind === 'raw') return 0;
  if (framing.kind === 'packet') return longestPacketBytes(fd);
  return Math.min(framing.maximumBytes, writeQueueBytes);
}

/** Least bytes of the delivery ring for these fds; 0 when nothing asks for more than the least. */
export function neededDeliveryBytes(fds: readonly IrFd[]): number {
  const largest = Math.max(0, ...deliveredFds(fds).map(largestMessageBytes));
  return largest === 0 ? 0 : powerOfTwoCeiling(messagesInRing * largest);
}

/** Least bytes of the inbox ring for these fds. */
export function neededInboxBytes(fds: readonly IrFd[]): number {
  const largest = Math.max(0, ...deliveredFds(fds).map(largestSendBytes));
  return largest === 0 ? 0 : powerOfTwoCeiling(messagesInRing * largest);
}

/**
 * Lays out the block of one reactor and gives each channel that lies in it its offset: those to
 * JavaScript and those that the reactor reads. Offsets are bytes from the start of the block; rings
 * begin on a multiple of 128 bytes.
 */
export function lowerShared(
  reactor: Pick<CheckedReactor, 'delivery' | 'inbox' | 'jsArena'>,
  fds: readonly IrFd[],
  declared: { written: readonly UnplacedChannel[]; read: readonly UnplacedChannel[] },
  requests: number | undefined,
): {
  shared: IrSharedLayout;
  channels: IrChannel[];
  received: IrChannel[];
  jsRequests: IrJsRequests | undefined;
} {
  const slots = deliveredFds(fds).reduce((sum, fd) => sum + fd.slots, 0);
  const deliveryBytes = Math.max(
    reactor.delivery ?? defaultDeliveryBytes,
    neededDeliveryBytes(fds),
  );
  const inboxBytes = Math.max(reactor.inbox ?? defaultInboxBytes, neededInboxBytes(fds));
  const deliveryOffset = alignUp(slotsOffset + slots * slotBytes, ringAlignment);
  const inboxOffset = alignUp(deliveryOffset + ringHeaderBytes + deliveryBytes, ringAlignment);
  let end = inboxOffset + ringHeaderBytes + inboxBytes;
  const place = (channel: UnplacedChannel): IrChannel => {
    const { strideBytes, ...named } = channel;
    // It lies where it is read (see placeInReaders), or in a file.
    const isElsewhere = channel.to !== undefined || channel.sharedMemory !== undefined;
    if (isElsewhere) return { ...named, offset: 0, strideBytes };
    const offset = alignUp(end, ringAlignment);
    end = offset + channelHeaderBytes + channel.capacity * channel.strideBytes;
    // In the order of IrChannel, as everything in loom.ir.json.
    return { ...named, offset, strideBytes };
  };
  const channels = declared.written.map(place);
  const received = declared.read.map(place);
  const placedRequests = lowerJsRequests(reactor, requests, end);
  const shared = {
    bytes: alignUp(placedRequests.end, pageBytes),
    statsOffset,
    slotsOffset,
    slots,
    deliveryOffset,
    deliveryBytes,
    inboxOffset,
    inboxBytes,
  };
  return { shared, channels, received, jsRequests: placedRequests.jsRequests };
}
