/** `loomgen ci`: writes the workflow that builds a program for its targets, once. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { ciPath, ciText } from '../ci_files.ts';
import { type CiHost, leftOut } from '../ci_places.ts';
import { DiagnosticError, diagnostic } from '../report/diagnostic.ts';
import { FolderError } from '../write.ts';
import { folderDiagnostic } from './folder_diagnostic.ts';
import { lowerProgram } from './program.ts';
import { talk, talkDiagnostics } from './talk.ts';

/** The command line of `ci`. */
export interface CiArguments {
  host: CiHost;
  config: string;
  /** Write over a workflow that is there. */
  force?: boolean | undefined;
}

/** A path as YAML and both systems have it. */
function slashes(path: string): string {
  return path.split(sep).join('/');
}

/** Writes the workflow below the working directory; gives the exit code. */
export async function runCi({ host, config, force }: CiArguments): Promise<number> {
  const directory = process.cwd();
  const path = ciPath(host);
  const file = join(directory, path);
  let missing: string[] = [];
  try {
    const { ir, out } = await lowerProgram({
      config,
      directory,
      out: undefined,
      backend: undefined,
    });
    if (ir.package === undefined) {
      throw new DiagnosticError([diagnostic('LOOM2036', { name: ir.name, host })]);
    }
    const shown = slashes(relative(directory, out));
    if (shown === '' || shown.startsWith('../')) {
      const reason = `The output folder ${shown} is not below this one, where ${path} belongs`;
      const hint = 'Type it in the folder that has .git';
      throw new DiagnosticError([diagnostic('LOOM2014', { reason, hint })]);
    }
    const platforms = Object.keys(ir.backends);
    const program = { name: ir.name, config: slashes(config), out: shown, platforms };
    const text = ciText(host, program);
    missing = leftOut(host, program);
    const before = existsSync(file) ? readFileSync(file, 'utf8') : null;
    if (before !== null && before !== text && force !== true) {
      const hint = 'Move it away, or type --force to write over it.';
      throw new DiagnosticError([diagnostic('LOOM2013', { folder: '.', file: path, hint })]);
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    if (error instanceof DiagnosticError) talkDiagnostics(error.diagnostics);
    else if (error instanceof Error && 'code' in error) {
      talkDiagnostics([folderDiagnostic(new FolderError(file, error), dirname(file))]);
    } else throw error;
    return 2;
  }
  talk(`${path} written; commit it`);
  if (missing.length > 0) talk(`it does not make ${missing.join(', ')}; its first lines say more`);
  return 0;
}
