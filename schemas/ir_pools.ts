/** The part of the IR about pools: their threads, and who submits to them. */

/** Threads for work that blocks or computes, and the queue to them. */
export interface IrPool {
  name: string;
  /** Position in the program's table of pools, in name order; the implicit one comes last. */
  index: number;
  threads: number;
  /** One for each thread; empty: the kernel places them. */
  cores: number[];
  /** Jobs that wait for a worker (2^n). */
  queueEntries: number;
}

/** What the handlers of one reactor may submit to one pool. */
export interface IrOffload {
  /** Name of the pool. */
  pool: string;
  /** Operation number with which jobs come home. */
  operation: number;
  /** Submissions that can be out at once: all that the queue and the workers can hold. */
  slots: number;
}
