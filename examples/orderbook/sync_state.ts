/** Words for the states of the book, as the messages Top and Summary name them. */
import type { SyncState } from '../../generated/orderbook/bindings/index.ts';

/** What each state is called. */
export const syncStates: Record<SyncState | 'unknown', string> = {
  waiting: 'waiting for a snapshot',
  primed: 'at a snapshot',
  live: 'live',
  unknown: 'in a state without a name',
};
