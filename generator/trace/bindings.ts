/**
 * What a profiling build's bindings have beside those of a plain one: the zones of TypeScript, and
 * the line that hands them the addon once it is loaded.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../package_root.ts';

const native = 'bindings/loom/native.ts';
const loaded = '  return addon;\n';
const lastImport = "import { findAddon, rebuildOf } from './find_addon.ts';\n";

/** A text in which one place, which is there exactly once, is replaced. */
function replaced(text: string, place: string, by: string): string {
  const parts = text.split(place);
  if (parts.length !== 2) throw new Error(`${native} has not exactly one: ${place.trim()}`);
  return parts.join(by);
}

/**
 * Adds tracing to the bindings among the files of an output folder.
 *
 * @param files paths in the output folder to texts; changed in place.
 * @throws when the bindings load their addon otherwise than this knows (a bug).
 */
export function traceBindings(files: Map<string, string>): void {
  const trace = readFileSync(join(packageRoot(), 'templates/trace/bindings/trace.ts'), 'utf8');
  files.set('bindings/loom/trace.ts', trace);
  const imported = `${lastImport}import { connectTrace } from './trace.ts';\n`;
  const text = replaced(files.get(native) ?? '', lastImport, imported);
  files.set(native, replaced(text, loaded, `  connectTrace(addon);\n${loaded}`));
}
