/** Writes a report's page and pictures; a file that is already so is left alone. */

import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Report } from '../report.ts';
import { picturesOf } from './figures.ts';
import { pageOf } from './page.ts';
import { standalone } from './picture.ts';
import { factLines } from './words.ts';

/** Where to; undefined: not wanted. */
export interface Wanted {
  /** The page's file. */
  page?: string | undefined;
  /** The pictures' folder. */
  pictures?: string | undefined;
}

/**
 * Makes the folders, so that a long run does not end with a path that never was one.
 * @throws {RangeError} naming what is in the way
 */
export function makeFolders({ page, pictures }: Wanted): void {
  const folders = [...(page === undefined ? [] : [dirname(page)]), ...(pictures ? [pictures] : [])];
  for (const folder of folders) {
    try {
      mkdirSync(folder, { recursive: true });
      accessSync(folder, constants.W_OK);
    } catch (error) {
      throw new RangeError(`nothing can be written to ${folder}: ${(error as Error).message}`);
    }
  }
  if (page !== undefined && statSync(page, { throwIfNoEntry: false })?.isDirectory()) {
    throw new RangeError(`--report takes a file, and ${page} is a folder`);
  }
}

/** Pages and pictures by file. */
export function filesOf(report: Report, { page, pictures }: Wanted): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  if (page !== undefined) files.set(page, pageOf(report));
  if (pictures !== undefined) {
    const facts = factLines(report);
    for (const picture of picturesOf(report)) {
      files.set(join(pictures, `${picture.name}.svg`), standalone(picture, facts));
    }
  }
  return files;
}

/**
 * Writes what is wanted.
 * @returns the files, in order
 * @throws {RangeError} naming a file that cannot be written
 */
export function writePictures(report: Report, wanted: Wanted): readonly string[] {
  makeFolders(wanted);
  const files = filesOf(report, wanted);
  for (const [file, text] of files) {
    try {
      if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
      writeFileSync(file, text);
    } catch (error) {
      throw new RangeError(`${file} cannot be written: ${(error as Error).message}`);
    }
  }
  return [...files.keys()];
}
