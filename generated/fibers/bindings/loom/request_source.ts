/** What files, fds that JavaScript sends through and calls have in common: they ask a reactor. */
import { abortable } from './abortable.ts';
import type { ListenOptions } from './listeners.ts';
import type { Asker } from './request_form.ts';
import type { RequestQueue } from './requests.ts';

/** Asks one reactor, through the queue that all of its sources share. */
export abstract class RequestSource implements Asker {
  /** The name in the config. */
  readonly name: string;
  readonly $place: string;
  readonly $index: number;
  readonly $queue: RequestQueue;

  /** @param kind where in the config the source is declared. */
  constructor(
    kind: 'fds' | 'calls',
    { name, index }: { readonly name: string; readonly index: number },
    queue: RequestQueue,
  ) {
    this.name = name;
    this.$place = `${kind}.${name}`;
    this.$index = index;
    this.$queue = queue;
  }

  /** Another request would be refused with LOOM6040 now: first await `writable`. */
  get isFull(): boolean {
    return this.$queue.isFull;
  }

  /** Fulfilled when requests are worth a try, after LOOM6040 or while `isFull`. */
  get writable(): Promise<void> {
    return this.$queue.writable;
  }

  /** As `writable`; rejected with the signal's reason when that is aborted first. */
  untilWritable(options?: ListenOptions): Promise<void> {
    return abortable(this.writable, options?.signal);
  }
}
