/**
 * The one step of `check` that looks at the machine: do the files exist that a config or an IR
 * names. It reads no file's content and writes nothing.
 */
import { stat } from 'node:fs/promises';
import { dirname, posix, resolve } from 'node:path';
import type { CheckedConfig } from '../schemas/config.ts';
import type { Ir } from '../schemas/ir.ts';
import { foreignCharacter, pathsOf, safePath } from './check_addresses.ts';
import { type ConfigPath, type Diagnostic, diagnostic, showPath } from './report/diagnostic.ts';

/** A file or folder that a config or an IR names. */
export interface NamedPath {
  /** Where it is named. */
  path: ConfigPath;
  /** What is written there, relative to the folder of the config or IR. */
  text: string;
  wanted: 'file' | 'folder';
}

/** Every file and folder that a config names. */
export function namedPaths(config: CheckedConfig): NamedPath[] {
  return pathsOf(config).map(({ path, text }) => ({
    path,
    text,
    wanted: path[1] === 'includeDirectories' ? 'folder' : 'file',
  }));
}

/** Every file and folder that an IR names. */
export function irNamedPaths({ handlersHeader, native }: Ir): NamedPath[] {
  const list = (key: 'sources' | 'includeDirectories', wanted: 'file' | 'folder') =>
    native[key].map((text, index): NamedPath => ({ path: ['native', key, index], text, wanted }));
  const header: NamedPath[] =
    handlersHeader === null
      ? []
      : [{ path: ['handlersHeader'], text: handlersHeader, wanted: 'file' }];
  return [...header, ...list('sources', 'file'), ...list('includeDirectories', 'folder')];
}

async function checkPath({ path, text, wanted }: NamedPath, folder: string): Promise<Diagnostic[]> {
  const found = await stat(resolve(folder, text)).catch(() => undefined);
  const isWanted = wanted === 'file' ? found?.isFile() : found?.isDirectory();
  if (isWanted) return [];
  const reason = found === undefined ? `there is no such ${wanted}` : `it is not a ${wanted}`;
  return [diagnostic('LOOM1701', { where: showPath(path), path: text, reason }, { path })];
}

/** Checks that every file and folder exists that a config names; `file` is the config. */
export async function checkFiles(config: CheckedConfig, file: string): Promise<Diagnostic[]> {
  const folder = dirname(resolve(file));
  return (await Promise.all(namedPaths(config).map((each) => checkPath(each, folder)))).flat();
}

/** The same for an IR; its paths are relative to `folder`, where it was generated. */
export async function checkIrFiles(ir: Ir, folder: string): Promise<Diagnostic[]> {
  return (await Promise.all(irNamedPaths(ir).map((each) => checkPath(each, folder)))).flat();
}

/**
 * Checks a way from the output folder to the config, which generated files hold: in the paths
 * of handlers and sources, and in their first lines. Pure.
 */
export function checkOutPath(outToConfig: string): Diagnostic[] {
  const character = foreignCharacter(outToConfig, safePath);
  if (character === undefined) return [];
  return [diagnostic('LOOM1703', { path: outToConfig, character }, { path: ['out'] })];
}

/**
 * An IR whose paths are relative to another folder. `outToIr` leads from the new output folder to
 * the folder that the paths were relative to: relative, with forward slashes.
 */
export function rebaseIr(ir: Ir, outToIr: string): Ir {
  const move = (path: string): string => posix.normalize(posix.join(outToIr, path));
  return {
    ...ir,
    handlersHeader: ir.handlersHeader === null ? null : move(ir.handlersHeader),
    native: {
      ...ir.native,
      sources: ir.native.sources.map(move),
      includeDirectories: ir.native.includeDirectories.map(move),
    },
  };
}
