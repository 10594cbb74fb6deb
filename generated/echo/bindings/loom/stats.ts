/**
 * The counters of one reactor, read live from shared memory. The reactor writes each with a plain
 * store, so every number is whole, but two numbers need not be of the same moment.
 */
import { statsOffset } from './layout.ts';
import { type StatsValue, statNames } from './stat_names.ts';

/** Live counters; reading one is one load. */
export class ReactorStats {
  readonly #counters: BigUint64Array;

  constructor(memory: SharedArrayBuffer) {
    this.#counters = new BigUint64Array(memory, statsOffset, statNames.length);
  }

  /** Turns of the loop. */
  get turns(): bigint {
    return this.#at(0);
  }

  /** Completions dispatched. */
  get completions(): bigint {
    return this.#at(1);
  }

  /** Operations handed to the kernel. */
  get submissions(): bigint {
    return this.#at(2);
  }

  /** System calls of the loop. */
  get kernelEntries(): bigint {
    return this.#at(3);
  }

  /** Connections accepted. */
  get accepted(): bigint {
    return this.#at(4);
  }

  /** Connections refused because every slot was taken. */
  get refused(): bigint {
    return this.#at(5);
  }

  /** Connections that a client fd established. */
  get connected(): bigint {
    return this.#at(6);
  }

  /** Attempts of client fds that failed. */
  get connectFailures(): bigint {
    return this.#at(7);
  }

  /** Connections that ended. */
  get closed(): bigint {
    return this.#at(8);
  }

  /** Bytes received. */
  get bytesReceived(): bigint {
    return this.#at(9);
  }

  /** Bytes sent. */
  get bytesSent(): bigint {
    return this.#at(10);
  }

  /** Messages that the framing cut out of the received bytes. */
  get messagesReceived(): bigint {
    return this.#at(11);
  }

  /** Writes refused because a write queue was full. */
  get writesRefused(): bigint {
    return this.#at(12);
  }

  /** Completions of an earlier generation, which were dropped. */
  get staleCompletions(): bigint {
    return this.#at(13);
  }

  /** Operations that waited because the submission queue was full. */
  get overflowQueued(): bigint {
    return this.#at(14);
  }

  /** Receives that found no free buffer. */
  get buffersExhausted(): bigint {
    return this.#at(15);
  }

  /** Operations in flight now. */
  get inFlight(): bigint {
    return this.#at(16);
  }

  /** Connections open now. */
  get openConnections(): bigint {
    return this.#at(17);
  }

  /** Times that the ring towards JavaScript was full. */
  get deliveryStalls(): bigint {
    return this.#at(18);
  }

  /** Messages lost or replaced in full channels. */
  get channelDrops(): bigint {
    return this.#at(19);
  }

  /** Timer expirations. */
  get ticks(): bigint {
    return this.#at(20);
  }

  /** Times that the reactor went to wait, those included that ended at once. */
  get sleeps(): bigint {
    return this.#at(21);
  }

  /** Times that it was woken from outside. */
  get wakeups(): bigint {
    return this.#at(22);
  }

  /** Calls of operator new on the reactor thread after its start. */
  get allocationsAfterInit(): bigint {
    return this.#at(23);
  }

  /** Which backend runs: 1 io_uring, 2 epoll, 3 kqueue, 0 before the start. */
  get backend(): bigint {
    return this.#at(24);
  }

  /** Sends that failed. */
  get sendErrors(): bigint {
    return this.#at(25);
  }

  /** Receives that failed. */
  get receiveErrors(): bigint {
    return this.#at(26);
  }

  /** Connections ended for a message past the framing's maximum. */
  get framesTooLarge(): bigint {
    return this.#at(27);
  }

  /** Fibers that began to run. */
  get fibersStarted(): bigint {
    return this.#at(28);
  }

  /** Fibers between their start and their end now. */
  get fibersLive(): bigint {
    return this.#at(29);
  }

  /** Fibers refused because every stack of their class was taken. */
  get stacksExhausted(): bigint {
    return this.#at(30);
  }

  /** Fibers that waited for a stack of their class. */
  get stacksAwaited(): bigint {
    return this.#at(31);
  }

  /** Mail from other threads taken out of the mailbox. */
  get mailReceived(): bigint {
    return this.#at(32);
  }

  /** Jobs handed to a pool. */
  get offloaded(): bigint {
    return this.#at(33);
  }

  /** Jobs refused because the queue of a pool was full. */
  get offloadRefused(): bigint {
    return this.#at(34);
  }

  /** System requests started: file operations and the like. */
  get requests(): bigint {
    return this.#at(35);
  }

  /** System requests that a pool carried out, because the backend cannot. */
  get requestsEmulated(): bigint {
    return this.#at(36);
  }

  /** Datagrams received. */
  get datagramsReceived(): bigint {
    return this.#at(37);
  }

  /** Datagrams sent. */
  get datagramsSent(): bigint {
    return this.#at(38);
  }

  /** Datagrams that the kernel dropped for lack of room (SO_RXQ_OVFL). */
  get datagramsDropped(): bigint {
    return this.#at(39);
  }

  /** Datagrams that were longer than their buffer. */
  get datagramsTruncated(): bigint {
    return this.#at(40);
  }

  /** Times that a hook or a fiber held the loop longer than its budget. */
  get stalls(): bigint {
    return this.#at(41);
  }

  /** Timers of the wheel that expired. */
  get timersExpired(): bigint {
    return this.#at(42);
  }

  /** Connections that another instance of the group accepted and handed to this one. */
  get handedOver(): bigint {
    return this.#at(43);
  }

  /** Times that its loop began; more than once only for instances that come and go. */
  get starts(): bigint {
    return this.#at(44);
  }

  /** 1 while its loop runs, else 0: their sum is how many instances a group has now. */
  get running(): bigint {
    return this.#at(45);
  }

  /** Exceptions that left a hook, a fiber or a posted call; each is a line in the log. */
  get exceptions(): bigint {
    return this.#at(46);
  }

  /** A copy of all counters. */
  toObject(): StatsValue {
    return Object.fromEntries(
      statNames.map((name, index) => [name, this.#at(index)]),
    ) as StatsValue;
  }

  #at(index: number): bigint {
    return Atomics.load(this.#counters, index);
  }
}
