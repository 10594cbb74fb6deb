/** The stages before lowering, run as `loomgen build` runs them, for tests. */
import { basename, dirname } from 'node:path';
import type { CheckedConfig } from '../../schemas/config.ts';
import { check } from '../../generator/check.ts';
import { checkFiles, checkIrFiles, checkOutPath } from '../../generator/check_files.ts';
import { type LoadOptions, load, locateAll } from '../../generator/load.ts';
import { type Diagnostic, DiagnosticError } from '../../generator/report/diagnostic.ts';
import { renderDiagnostics } from '../../generator/report/render.ts';

/** What a fixture's run.json may say. */
export interface FrontRun {
  /** The file to load; default loom.config.ts. */
  config?: string;
  load?: LoadOptions;
  /** The way from the output folder to the config; default: its name. */
  outToConfig?: string;
}

/** Loads and checks a file; every diagnostic has its place. */
export async function runFront(
  file: string,
  run: FrontRun = {},
): Promise<{ config?: CheckedConfig; diagnostics: Diagnostic[] }> {
  try {
    const loaded = await load(file, run.load);
    if (loaded.kind === 'ir') {
      const found = await checkIrFiles(loaded.value, dirname(file));
      return { diagnostics: await locateAll(found, loaded.locate) };
    }
    const { config, diagnostics } = check(loaded.value);
    if (config !== undefined) {
      diagnostics.push(...(await checkFiles(config, file)));
      diagnostics.push(...checkOutPath(run.outToConfig ?? basename(file)));
    }
    const placed = await locateAll(diagnostics, loaded.locate);
    return config === undefined ? { diagnostics: placed } : { config, diagnostics: placed };
  } catch (error) {
    if (error instanceof DiagnosticError) return { diagnostics: [...error.diagnostics] };
    throw error;
  }
}

/** The text of what is wrong with a file, with paths relative to its folder. */
export async function frontText(file: string, run: FrontRun = {}): Promise<string> {
  const { diagnostics } = await runFront(file, run);
  return renderDiagnostics(diagnostics, { directory: dirname(file), color: false });
}
