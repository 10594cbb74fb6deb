/**
 * Calls of Node that keep JavaScript from going on, and what a handler does instead. A handler in
 * TypeScript runs on the thread that takes the messages of every fd, timer and channel: what it
 * waits for, all of them wait for.
 */

/** What is said of the calls of one module. In `why` and `fix`, {name} is the call without Sync. */
export interface BlockingModule {
  /** Without `node:`; '' for what is global, '*' for any package that is not in the table. */
  module: string;
  /** Names of its functions that block. */
  calls: RegExp;
  /** Half a sentence, from its subject on. */
  why: string;
  /** A sentence without its full stop: what to write instead. */
  fix: string;
}

/** The table; the first row that fits counts. */
export const blockingCalls: readonly BlockingModule[] = [
  {
    module: 'fs',
    calls: /Sync$/,
    why: 'It waits for the file system',
    fix: 'Await {name}() of node:fs/promises, or declare a file and ask its reactor',
  },
  {
    module: 'child_process',
    calls: /Sync$/,
    why: 'It waits until another program has ended',
    fix: 'Use {name}() of node:child_process and await its end',
  },
  {
    module: 'zlib',
    calls: /Sync$/,
    why: 'It packs or unpacks everything before it returns',
    fix: 'Await promisify({name}), which works on another thread',
  },
  {
    module: 'crypto',
    calls:
      /^(?:pbkdf2|scrypt|hkdf|argon2|generateKey|generateKeyPair|generatePrime|checkPrime)Sync$/,
    why: 'It computes for milliseconds and longer',
    fix: 'Await promisify({name}), which works on another thread',
  },
  {
    module: '',
    calls: /^Atomics\.wait$/,
    why: 'It puts the thread to sleep until another one wakes it',
    fix: 'Await Atomics.waitAsync().value, or let a channel deliver what comes',
  },
  {
    module: '*',
    calls: /[a-z]Sync$/,
    why: 'It waits for its result, as its name says',
    fix: 'Await {name}(), if there is one',
  },
];

/** Modules whose other Sync functions are quick: the last row is not about theirs. */
export const harmlessModules: readonly string[] = ['crypto'];
