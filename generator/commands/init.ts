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
  /** Whether a package.json was there and stays as it is. */
  keptPackage: boolean;
  diagnostics: Diagnostic[];
}

/** The one file that a project may have before `init`; it is kept. */
const packageFile = 'package.json';

/**
 * Writes the project. Nothing is overwritten: a package.json stays as it is, any other file that
 * is already there stops it.
 *
 * @param folder where; made when it does not exist. Relative to `directory`.
 */
export function init(folder: string, directory: string = process.cwd()): InitResult {
  const target = resolve(directory, folder);
  const keptPackage = existsSync(join(target, packageFile));
  const result: InitResult = { folder: target, files: [], keptPackage, diagnostics: [] };
  const source = join(packageRoot(), 'templates', 'init');
  const names = readdirSync(source)
    .filter((name) => !(keptPackage && name === packageFile))
    .sort();
  const taken = names.filter((name) => existsSync(join(target, name)));
  if (taken.length > 0) {
    const hint = 'Choose another folder, such as: loomgen init hello';
    const holes = { folder: shownPath(target), file: taken.join(', '), hint };
    result.diagnostics.push(diagnostic('LOOM2013', holes));
    return result;
  }
  const files = new Map(names.map((name) => [name, readFileSync(join(source, name), 'utf8')]));
  const description = files.get(packageFile);
  if (description !== undefined) files.set(packageFile, described(description, target));
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
  const folder = checkoutFrom(target);
  if (folder === null) return text;
  const description = JSON.parse(text);
  description.devDependencies.loomgen = `file:${folder}`;
  return `${JSON.stringify(description, undefined, 2)}\n`;
}

/** The way from a project to this loomgen, or null when npm installed it. */
function checkoutFrom(target: string): string | null {
  const root = packageRoot();
  return basename(dirname(root)) === 'node_modules' ? null : relative(target, root);
}

/** What the project still needs, as npm is told of it. */
function installCommand(result: InitResult): string {
  if (!result.keptPackage) return 'npm install';
  return `npm install --save-dev ${checkoutFrom(result.folder) ?? 'loomgen'} tsx`;
}

/** Writes the project and prints what to type next; gives the exit code. */
export function runInit(given: { folder: string }): number {
  const result = init(given.folder);
  talkDiagnostics(result.diagnostics);
  if (result.diagnostics.length > 0) return 2;
  for (const file of result.files) data(shownPath(join(result.folder, file)));
  const folder = shownPath(result.folder);
  const enter = folder === '.' ? '' : `cd ${folder} && `;
  talk(`next: ${enter}${installCommand(result)} && npx loomgen build`);
  return 0;
}
