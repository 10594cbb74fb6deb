/**
 * What a build would do to the output folder, as one value: `--check`, `--dry-run`, `--json` and
 * the summary all print this, and `write` carries it out. Pure: the folder's state comes in as a
 * value that `observe` (in write.ts) read.
 *
 * The manifest of the last build tells loomgen's files from everyone else's. A file whose bytes
 * are no longer the manifest's was edited by hand, and a file the manifest does not list is not
 * loomgen's: neither is overwritten without `--force`, and neither is ever removed.
 */
import { createHash } from 'node:crypto';

/** The name of the manifest in the output folder. */
export const manifestName = 'loom.manifest.json';

/** Folders of the output in which every file is loomgen's; strangers there are reported. */
export const ownedFolders = ['bindings', 'include', 'runtime', 'src'] as const;

/** What happens to one file. `kept` files are strangers: reported, never touched. */
export type PlanAction = 'add' | 'change' | 'remove' | 'same' | 'kept';

/** One file of the plan. */
export interface PlanEntry {
  /** Relative to the output folder, with forward slashes. */
  path: string;
  action: PlanAction;
  /** Why a file is kept, or whose bytes a change would throw away. */
  note?: 'edited by hand' | 'not made by loomgen';
}

/** Everything a build would do to the output folder, sorted by path. */
export interface Plan {
  entries: PlanEntry[];
  /** Changes that would throw away someone's work; refused without `--force`. */
  conflicts: PlanEntry[];
  /** Whether anything would be added, changed or removed. */
  stale: boolean;
}

/** The output folder as it is: the text of every file that matters, and the last manifest. */
export interface FolderState {
  /** Relative path to text: the wanted files, the manifest's, and those in owned folders. */
  files: ReadonlyMap<string, string>;
  /** Relative path to sha256 of the last build; empty when there was none. */
  manifest: ReadonlyMap<string, string>;
}

/** The SHA-256 of a text in UTF-8, in hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** The text of `loom.manifest.json` for a set of files (which does not hold the manifest). */
export function manifestText(files: ReadonlyMap<string, string>): string {
  const hashes: Record<string, string> = {};
  for (const path of [...files.keys()].sort()) hashes[path] = sha256(files.get(path) ?? '');
  return `${JSON.stringify({ files: hashes }, null, 2)}\n`;
}

/**
 * Reads a manifest's text. Entries that are not safe relative paths are left out, so that a
 * damaged or hand-made manifest can never make a build remove a file outside its folder.
 *
 * @returns path to sha256; empty when the text is no manifest.
 */
export function parseManifest(text: string): Map<string, string> {
  const hashes = new Map<string, string>();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return hashes;
  }
  const files = (parsed as { files?: unknown } | null)?.files;
  if (typeof files !== 'object' || files === null) return hashes;
  for (const [path, hash] of Object.entries(files)) {
    if (typeof hash === 'string' && isSafePath(path)) hashes.set(path, hash);
  }
  return hashes;
}

/** Whether a path stays inside the folder it is relative to. */
function isSafePath(path: string): boolean {
  if (path === '' || path.includes('\\') || path.includes('\0')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/**
 * Compares what is wanted with what is there.
 *
 * @param wanted path to text of every file of the build, the manifest included.
 */
export function plan(wanted: ReadonlyMap<string, string>, state: FolderState): Plan {
  const entries: PlanEntry[] = [];
  const conflicts: PlanEntry[] = [];
  for (const [path, text] of wanted) {
    const entry = planWanted(path, text, state);
    entries.push(entry);
    if (entry.note !== undefined) conflicts.push(entry);
  }
  for (const [path, text] of state.files) {
    if (!wanted.has(path)) entries.push(planUnwanted(path, text, state.manifest.get(path)));
  }
  const byPath = (a: PlanEntry, b: PlanEntry): number => (a.path < b.path ? -1 : 1);
  entries.sort(byPath);
  conflicts.sort(byPath);
  const stale = entries.some(({ action }) => action !== 'same' && action !== 'kept');
  return { entries, conflicts, stale };
}

/** The fate of a file that the build makes. */
function planWanted(path: string, text: string, state: FolderState): PlanEntry {
  const present = state.files.get(path);
  if (present === undefined) return { path, action: 'add' };
  if (present === text) return { path, action: 'same' };
  if (path === manifestName) return { path, action: 'change' };
  const recorded = state.manifest.get(path);
  if (recorded === undefined) return { path, action: 'change', note: 'not made by loomgen' };
  if (recorded !== sha256(present)) return { path, action: 'change', note: 'edited by hand' };
  return { path, action: 'change' };
}

/** The fate of a file that the build no longer makes, or never made. */
function planUnwanted(path: string, text: string, recorded: string | undefined): PlanEntry {
  if (recorded === undefined) return { path, action: 'kept', note: 'not made by loomgen' };
  if (recorded !== sha256(text)) return { path, action: 'kept', note: 'edited by hand' };
  return { path, action: 'remove' };
}

/** How many files a plan adds, changes, removes, leaves the same and keeps. */
export function countPlan(planned: Plan): Record<PlanAction, number> {
  const counts: Record<PlanAction, number> = { add: 0, change: 0, remove: 0, same: 0, kept: 0 };
  for (const { action } of planned.entries) counts[action] += 1;
  return counts;
}
