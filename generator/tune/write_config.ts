/**
 * Proposes the text of a config with choices made in it, and puts it in the file's place. The text
 * is loaded and lowered like any config before anything is proposed, and has to give the program
 * that was measured.
 */
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { systemReason } from '../commands/folder_diagnostic.ts';
import { lowerConfig } from '../commands/program.ts';
import { load, locateAll } from '../load.ts';
import { type Diagnostic, DiagnosticError, diagnostic, showPath } from '../report/diagnostic.ts';
import { attempt, FolderError } from '../write.ts';
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

/** Bits of a mode: what may be done with a file, and for whom writing is allowed at all. */
const permissionBits = 0o7777;
const anyWriteBits = 0o222;

/** The diagnostic of choices that cannot be written. */
export function refusal(choices: readonly Choice[], file: string, reason: string): Diagnostic {
  const where = choices.map(({ path }) => showPath(path)).join(', ');
  const value = choices.map((each) => valueText(each.value)).join(', ');
  const [first] = choices;
  const parts = choices.length === 1 && first !== undefined ? { path: first.path } : {};
  return diagnostic('LOOM2022', { where, value, file: basename(file), reason }, parts);
}

/** What `act` gives, or why the system refused. */
async function orReason<Result>(
  act: () => Promise<Result> | Result,
): Promise<Result | { reason: string }> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof FolderError) return { reason: systemReason(error) };
    throw error;
  }
}

/**
 * Runs `act` with a text in a file beside `file`, which is gone afterwards, whatever happens.
 *
 * @throws FolderError when the system refuses the file.
 */
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
    attempt(file, () => writeFileSync(beside, text));
    return await act(beside);
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
      const changed = await load(beside, { cacheFolder: false });
      // What it names is found from where it was loaded, which may be a link elsewhere.
      const lowered = await lowerConfig({ ...changed, file: loaded.file }, folder);
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

/** A config's file behind every link, and its text; or why there is none to be changed. */
function readConfig(path: string): { file: string; before: string } | { reason: string } {
  const file = realpathSync(path);
  const bytes = readFileSync(file);
  const before = bytes.toString();
  if (Buffer.from(before).equals(bytes)) return { file, before };
  return { reason: 'it has bytes that are no UTF-8, which would be lost' };
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
  const { choices } = winner;
  const located = async (diagnostics: Diagnostic[]) => ({
    diagnostics: await locateAll(diagnostics, loaded.locate),
  });
  const read = await orReason(() => attempt(loaded.file, () => readConfig(loaded.file)));
  // Where the file cannot be read there is no place in it to be shown.
  if ('reason' in read) return { diagnostics: [refusal(choices, loaded.file, read.reason)] };
  const { file, before } = read;
  const { text: after, refused } = editConfig(file, before, choices);
  if (refused.length > 0) {
    return located(refused.map(({ choice, reason }) => refusal([choice], file, reason)));
  }
  const why = await orReason(() => whyAnother(loaded, after, winner, folder));
  if (why === undefined) return { file, before, after };
  const reason =
    typeof why === 'string' ? why : `it cannot be tried beside the file, ${why.reason}`;
  return located([refusal(choices, file, reason)]);
}

/** Puts `beside` in a config's place, with its owner and permissions; or says why it cannot. */
function replace(file: string, beside: string): string | undefined {
  const { mode, uid, gid } = statSync(file);
  const fresh = statSync(beside);
  try {
    if (fresh.uid !== uid || fresh.gid !== gid) chownSync(beside, uid, gid);
  } catch {
    return 'it would not keep its owner and its group, which are not yours to give';
  }
  chmodSync(beside, mode & permissionBits);
  renameSync(beside, file);
  return undefined;
}

/**
 * Puts a proposal in its file's place, whole or not at all.
 *
 * @returns why it was not: it is no longer what was read, it is write-protected, or the system
 *   refuses; undefined when it was.
 */
export async function accept({ file, before, after }: Proposal): Promise<string | undefined> {
  const outcome = await orReason(() =>
    withBeside(file, after, (beside) =>
      attempt(file, () => {
        accessSync(file, constants.W_OK);
        // Who may write everything is not asked by the system.
        if ((statSync(file).mode & anyWriteBits) === 0) return 'it is write-protected';
        if (!readFileSync(file).equals(Buffer.from(before))) {
          return 'it was changed in the meantime';
        }
        return replace(file, beside);
      }),
    ),
  );
  return typeof outcome === 'object' ? outcome.reason : outcome;
}
