/**
 * Proposes the text of a config with choices made in it, and puts it in the file's place. The text
 * is loaded and lowered like any config before anything is proposed, and has to give the program
 * that was measured.
 */
import { readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { lowerConfig } from '../commands/program.ts';
import { load, locateAll } from '../load.ts';
import { type Diagnostic, DiagnosticError, diagnostic, showPath } from '../report/diagnostic.ts';
import { FolderError } from '../write.ts';
import { editConfig } from './edit_config.ts';
import { valueText } from './source_text.ts';
import { type Choice, isSameProgram, type LoadedConfig, type Variant } from './variant.ts';

/** A config's text as it is and as it would be. */
export interface Proposal {
  /** The file, absolute, behind every symbolic link. */
  file: string;
  before: string;
  after: string;
}

/** The diagnostic of choices that cannot be written. */
function refusal(choices: readonly Choice[], file: string, reason: string): Diagnostic {
  const where = choices.map(({ path }) => showPath(path)).join(', ');
  const value = choices.map((each) => valueText(each.value)).join(', ');
  const [first] = choices;
  const parts = choices.length === 1 && first !== undefined ? { path: first.path } : {};
  return diagnostic('LOOM2022', { where, value, file: basename(file), reason }, parts);
}

/** Runs `act` with a text in a file beside `file`, which is gone afterwards, whatever happens. */
async function withBeside<Result>(
  file: string,
  text: string,
  act: (beside: string) => Promise<Result> | Result,
): Promise<Result> {
  const extension = extname(file);
  const name = `${basename(file, extension)}.loom-${process.pid}.tmp${extension}`;
  const beside = join(dirname(file), name);
  const remove = (): void => rmSync(beside, { force: true });
  process.once('exit', remove);
  try {
    writeFileSync(beside, text, { mode: statSync(file).mode });
    return await act(beside);
  } catch (error) {
    if ((error as { syscall?: string }).syscall === undefined) throw error;
    throw new FolderError(file, error);
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/** Why a text does not give the program of a variant; undefined when it does. */
async function whyAnother(
  loaded: LoadedConfig,
  after: string,
  { ir }: Variant,
  folder: string,
): Promise<string | undefined> {
  return withBeside(realpathSync(loaded.file), after, async (beside) => {
    try {
      const changed = await load(beside);
      const lowered = await lowerConfig(changed, folder);
      return isSameProgram(lowered.ir, ir)
        ? undefined
        : 'the changed file would give another program, so that more depends on it';
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error;
      const [first] = error.diagnostics;
      return `the changed file would not load (${first?.code})`;
    }
  });
}

/**
 * Proposes the text that makes the choices of a variant.
 *
 * @param folder the folder that the variant was made for.
 * @returns a text that was loaded and gives the variant, or why there is none.
 */
export async function propose(
  loaded: LoadedConfig,
  winner: Variant,
  folder: string,
): Promise<Proposal | { diagnostics: Diagnostic[] }> {
  const file = realpathSync(loaded.file);
  const before = readFileSync(file, 'utf8');
  const { text: after, refused } = editConfig(file, before, winner.choices);
  const located = async (diagnostics: Diagnostic[]) => ({
    diagnostics: await locateAll(diagnostics, loaded.locate),
  });
  if (refused.length > 0) {
    return located(refused.map(({ choice, reason }) => refusal([choice], file, reason)));
  }
  const why = await whyAnother(loaded, after, winner, folder);
  if (why !== undefined) return located([refusal(winner.choices, file, why)]);
  return { file, before, after };
}

/**
 * Puts a proposal in its file's place, whole or not at all.
 *
 * @returns false when the file is no longer what was read.
 * @throws FolderError when the system refuses.
 */
export async function accept({ file, before, after }: Proposal): Promise<boolean> {
  return withBeside(file, after, (beside) => {
    if (readFileSync(file, 'utf8') !== before) return false;
    renameSync(beside, file);
    return true;
  });
}
