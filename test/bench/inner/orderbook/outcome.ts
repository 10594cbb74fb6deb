/** What a reader of a session prints at its end, and whether that can be believed. */

import type { BookResult } from '../../../../examples/orderbook/reference.ts';
import { Discarded } from '../../../../generator/measure/child.ts';
import type { Figures } from '../../trial.ts';
import type { Counts } from '../entrant.ts';
import type { BestLevels } from './book.ts';
import type { Played } from './session.ts';

/** A reader's line of JSON. */
export interface Outcome extends BestLevels {
  /** Of the whole session. */
  messages: number;
  /** Levels of the book. */
  bidLevels: number;
  askLevels: number;
  /** The last update that the book contains. */
  id: number;
  /** Messages between the two looks at what the process has taken. */
  count: number;
  /** What it took of processors between them, all its threads and the kernel for them. */
  cpuNanoseconds: number;
}

/** Looks at what this process takes, from when its reader is warm. */
export class CpuMeter {
  readonly #warmup: number;
  #begin: { messages: number; cpu: NodeJS.CpuUsage } | undefined;

  /** @param warmup messages before anything is measured; 0: the start is measured, too */
  constructor(warmup: number) {
    this.#warmup = warmup;
  }

  /** Whether the measured part has begun. */
  get hasBegun(): boolean {
    return this.#begin !== undefined;
  }

  /** Told how many messages came so far, all in all. */
  look(messages: number): void {
    if (this.hasBegun || messages < this.#warmup) return;
    this.#begin = { messages, cpu: process.cpuUsage() };
  }

  /** After the last message. @throws {Error} when nothing came after the warm-up */
  end(messages: number): Pick<Outcome, 'count' | 'cpuNanoseconds'> {
    const begin = this.#begin;
    if (begin === undefined) throw new Error('the session ended before the warm-up did');
    const { user, system } = process.cpuUsage(begin.cpu);
    return {
      count: messages - begin.messages,
      cpuNanoseconds: (user + system) * 1000,
    };
  }
}

/** What is expected of each reader. */
export function expectedOutcome(
  expected: BookResult,
  messages: number,
): Omit<Outcome, 'count' | 'cpuNanoseconds'> {
  const [bid = '0', bidQuantity = '0'] = expected.bids[0] ?? [];
  const [ask = '0', askQuantity = '0'] = expected.asks[0] ?? [];
  return {
    messages,
    bid: Number(bid),
    bidQuantity: Number(bidQuantity),
    ask: Number(ask),
    askQuantity: Number(askQuantity),
    bidLevels: expected.bidLevels,
    askLevels: expected.askLevels,
    id: Number(expected.bookId),
  };
}

/**
 * What a message took.
 * @throws {Discarded} when messages are missing, the book is not the one that is expected, or the
 * reader looked so late that most of what was to be measured was over
 */
export function figuresOf(
  counts: Counts,
  { expected, messages, warmup }: Pick<Played, 'expected' | 'messages' | 'warmup'>,
): Figures {
  for (const [field, wanted] of Object.entries(expectedOutcome(expected, messages))) {
    const found = counts[field];
    if (found !== wanted) {
      throw new Discarded(`the reader's ${field} is ${found}, not ${wanted} as it should be`);
    }
  }
  const { count = 0, cpuNanoseconds = 0 } = counts;
  const wanted = messages - warmup;
  if (!(count >= wanted / 2 && cpuNanoseconds > 0)) {
    const took = `${cpuNanoseconds} ns of processors`;
    throw new Discarded(`${count} of ${wanted} messages were measured, which took ${took}`);
  }
  return { cpu: cpuNanoseconds / count };
}
