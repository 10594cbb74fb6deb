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

async function checkFile(
  path: ConfigPath,
  text: string,
  folder: string,
  wanted: 'file' | 'folder',
): Promise<Diagnostic[]> {
  const found = await stat(resolve(folder, text)).catch(() => undefined);
  const isWanted = wanted === 'file' ? found?.isFile() : found?.isDirectory();
  if (isWanted) return [];
  const reason = found === undefined ? `there is no such ${wanted}` : `it is not a ${wanted}`;
  return [diagnostic('LOOM1701', { where: showPath(path), path: text, reason }, { path })];
}

/** Checks that every file and folder exists that a config names; `file` is the config. */
export async function checkFiles(config: CheckedConfig, file: string): Promise<Diagnostic[]> {
  const folder = dirname(resolve(file));
  const checks = pathsOf(config).map(({ path, text }) =>
    checkFile(path, text, folder, path[1] === 'includeDirectories' ? 'folder' : 'file'),
  );
  return (await Promise.all(checks)).flat();
}

/** The same for an IR; its paths are relative to `folder`, where it was generated. */
export async function checkIrFiles(ir: Ir, folder: string): Promise<Diagnostic[]> {
  const { handlersHeader, native } = ir;
  const header =
    handlersHeader === null ? [] : [checkFile(['handlersHeader'], handlersHeader, folder, 'file')];
  const sources = native.sources.map((text, index) =>
    checkFile(['native', 'sources', index], text, folder, 'file'),
  );
  const includes = native.includeDirectories.map((text, index) =>
    checkFile(['native', 'includeDirectories', index], text, folder, 'folder'),
  );
  return (await Promise.all([...header, ...sources, ...includes])).flat();
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
