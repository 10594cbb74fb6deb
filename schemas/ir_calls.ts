/** The part of the IR about calls: C++ functions that JavaScript runs on a pool. */

/** One call of a reactor; bytes from the start of the request in the arena. */
export interface IrCall {
  name: string;
  /** The struct in `calls.hpp`: the name in PascalCase. */
  typeName: string;
  /** Number among the calls of its reactor, dense from 0, in name order. */
  index: number;
  /** Names of the pool and of the user's C++ struct. */
  pool: string;
  handler: string;
  /** Names of the two messages. */
  request: string;
  reply: string;
  /** Where the reply begins, behind the request. */
  replyOffset: number;
  /** What one call needs of the arena: both, or room for the words of what was thrown. */
  bytes: number;
}
