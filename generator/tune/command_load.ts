/**
 * A load of the user's: a shell command that is run once for each trial, told by its environment
 * where the variant is, and prints its figures as its last line.
 */
import { Child, Discarded } from '../measure/child.ts';
import type { Built } from './build_variant.ts';
import type { Figures, Load } from './load.ts';

/** The figures of a line of JSON: its numbers. */
function figuresOf(line: unknown): Figures {
  if (typeof line !== 'object' || line === null || Array.isArray(line)) {
    throw new Discarded('the last line of the load is no JSON object');
  }
  const figures = Object.entries(line).filter(([, value]) => Number.isFinite(value));
  if (figures.length === 0) throw new Discarded('the last line of the load has no number');
  return Object.fromEntries(figures) as Figures;
}

/**
 * Makes a load of a command.
 *
 * @param directory its working directory.
 * @param limitMilliseconds when a trial that has not ended is ended.
 */
export function commandLoad(command: string, directory: string, limitMilliseconds: number): Load {
  const run = async ({ out, addon, executable }: Built): Promise<Figures> => {
    const child = new Child('the load', ['sh', '-c', command], undefined, {
      directory,
      environment: {
        ...process.env,
        LOOM_TUNE_OUT: out,
        LOOM_TUNE_ADDON: addon ?? '',
        LOOM_TUNE_EXECUTABLE: executable ?? '',
      },
    });
    try {
      return figuresOf(await child.result<unknown>(limitMilliseconds));
    } finally {
      await child.kill();
    }
  };
  return { about: command, metric: 'p50', hasUnits: false, remarks: new Set(), run };
}
