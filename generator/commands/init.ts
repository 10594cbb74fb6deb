/** `loomgen init`: a small working project, copied from templates/init. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { packageRoot } from '../package_root.ts';
import { plan } from '../plan.ts';
import { type Diagnostic, diagnostic } from '../report/diagnostic.ts';
import { FolderError, write } from '../write.ts';
import { folderDiagnostic } from './folder_diagnostic.ts';
import { data, shownPath, talk, talkDiagnostics } from './talk.ts';

/** What `init` wrote. */
export interface InitResult {
  /** The project's folder, absolute. */
  folder: string;
  /** Files it wrote, relative to the folder; none when a diagnostic says why. */
  files: string[];
  diagnostics: Diagnostic[];
}

/**
 * Writes the project. Nothing is overwritten: a file that is already there stops it.
 *
 * @param folder where; made when it does not exist. Relative to `directory`.
 */
export function init(folder: string, directory: string = process.cwd()): InitResult {
  const target = resolve(directory, folder);
  const result: InitResult = { folder: target, files: [], diagnostics: [] };
  const source = join(packageRoot(), 'templates', 'init');
  const names = readdirSync(source).sort();
  const taken = names.filter((name) => existsSync(join(target, name)));
  if (taken.length > 0) {
    const hint = 'Choose another folder, such as: loomgen init hello';
    const holes = { folder: shownPath(target), file: taken.join(', '), hint };
    result.diagnostics.push(diagnostic('LOOM2013', holes));
    return result;
  }
  const files = new Map(names.map((name) => [name, readFileSync(join(source, name), 'utf8')]));
  files.set('package.json', described(files.get('package.json') ?? '', target));
  try {
    mkdirSync(target, { recursive: true });
    write(target, plan(files, { files: new Map(), manifest: new Map() }), files);
    result.files = names;
  } catch (error) {
    const refused = error instanceof FolderError ? error : new FolderError(target, error);
    result.diagnostics.push(folderDiagnostic(refused, target));
  }
  return result;
}

/**
 * The project's package.json. A loomgen that npm did not install, such as a checkout, becomes the
 * project's own by its folder; the registry may not have that version.
 */
function described(text: string, target: string): string {
  const root = packageRoot();
  if (basename(dirname(root)) === 'node_modules') return text;
  const description = JSON.parse(text);
  description.devDependencies.loomgen = `file:${relative(target, root)}`;
  return `${JSON.stringify(description, undefined, 2)}\n`;
}

/** Writes the project and prints what to type next; gives the exit code. */
export function runInit(given: { folder: string }): number {
  const result = init(given.folder);
  talkDiagnostics(result.diagnostics);
  if (result.diagnostics.length > 0) return 2;
  for (const file of result.files) data(shownPath(join(result.folder, file)));
  const folder = shownPath(result.folder);
  talk(`next: ${folder === '.' ? '' : `cd ${folder} && `}npm install && npx loomgen build`);
  return 0;
}
