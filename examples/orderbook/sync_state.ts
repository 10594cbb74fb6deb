/** Words for `state` in the messages Top and Summary; feed::SyncState in sync.hpp has the order. */

/** What each state is called. */
export const syncStates = ['waiting for a snapshot', 'at a snapshot', 'live'] as const;

/** The number of the state in which the book follows the diffs. */
export const liveState = syncStates.indexOf('live');
