/** What a load is to the search: something that measures one built variant once. */
import type { Built } from './build_variant.ts';

/** What one trial measured, by name. Times of a declared load are nanoseconds. */
export type Figures = Readonly<Record<string, number>>;

/** Which way a figure is better. */
export type Better = 'lower' | 'higher';

/** Something that loads a program. */
export interface Load {
  /** In a few words. */
  about: string;
  /** The figure that decides, unless another is asked for. */
  metric: string;
  /** Whether its times are known to be nanoseconds and `rate` to be a second's. */
  hasUnits: boolean;
  /** Sentences on what trials have shown and no figure says; trials add to it. */
  remarks: ReadonlySet<string>;
  /**
   * Loads a variant once.
   * @throws {Discarded} with the reason why this trial has no figures
   */
  run(built: Built): Promise<Figures>;
}
