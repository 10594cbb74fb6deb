/**
 * Type tests of a package's public types, in the manner of tsd: compiled in a project that has the
 * package installed, where each `@ts-expect-error` line fails when the mistake under it stops being
 * one. Nothing runs it.
 */
import { type AddressName, type Count, LoomError, open, type ReactorName } from 'bindings_sample';

/** Whether two types are the same, and not merely assignable. */
type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : false;

/** Takes what has to be true. */
function hold<Holds extends true>(holds?: Holds): void {
  void holds;
}

hold<Same<ReactorName, 'front' | 'back'>>();
hold<Same<AddressName, 'frames' | 'dial' | 'counted'>>();

/** What is right. */
export async function right(signal: AbortSignal): Promise<string> {
  await using program = await open({ signal, cores: { front: 1 }, addresses: { dial: 'h:1' } });
  for await (using batch of program.counts) {
    for (const count of batch) {
      hold<Same<typeof count.total, bigint>>();
      hold<Same<typeof count.connection, number>>();
      const copy: { connection: number; total: bigint; negative: bigint } = count.toObject();
      if (copy.total > 5n) return program.backend.back.name;
    }
  }
  return program.frames.address;
}

/** What is misspelt, or another type. */
export async function wrong(count: Count): Promise<void> {
  // @ts-expect-error: no such reactor
  await open({ cores: { fornt: 1 } });
  // @ts-expect-error: no such fd
  await open({ addresses: { farmes: 'h:1' } });
  // @ts-expect-error: a timer has no address
  await open({ addresses: { beat: 'h:1' } });
  // @ts-expect-error: no such option
  await open({ core: { front: 1 } });
  // @ts-expect-error: no such backend
  await open({ backend: 'kqueue' });
  const program = await open();
  // @ts-expect-error: no such channel
  program.count;
  // @ts-expect-error: no such reactor
  program.stats.middle;
  // @ts-expect-error: no such reactor
  program.backend.middle;
  // @ts-expect-error: no such field
  count.totals;
  // @ts-expect-error: 64 bits are no number
  const total: number = count.total;
  // @ts-expect-error: what a message says cannot be written by its reader
  count.connection = 1;
  // @ts-expect-error: a program is not changed
  program.counts = (await open()).counts;
  void total;
  // @ts-expect-error: the code of an error is text
  new LoomError(6001, 'text');
}
