/** Where a program's addon is looked for, and what is said when it is in none of these places. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProgramDescriptor } from './descriptor.ts';
import { addonNotFound, packageWithoutAddon, type Rebuild } from './error.ts';
import { libraryOfC, prebuildFolder } from './prebuilds.ts';

/** The folder that loomgen wrote: bindings/ and dist/ are in it. */
function outputFolder(descriptor: ProgramDescriptor): string {
  return dirname(dirname(fileURLToPath(descriptor.from)));
}

/** How a program is built again, and where one types it. */
export function rebuildOf(descriptor: ProgramDescriptor): Rebuild {
  const folder = outputFolder(descriptor);
  // A package has no sources to build from; the folder that it was packed in has them.
  const isPackage = !existsSync(join(folder, 'CMakeLists.txt'));
  return { isPackage, folder, commands: descriptor.native.buildCommands };
}

/** Folders of prebuilds/ that have the program's addon. */
function platformsOf(folder: string, file: string): string[] {
  const prebuilds = join(folder, 'prebuilds');
  if (!existsSync(prebuilds)) return [];
  return readdirSync(prebuilds).filter((each) => existsSync(join(prebuilds, each, file)));
}

/** This machine in the words of npm, with what else decides whether an addon loads. */
function platformWords(library: string | null): string {
  const words = [library, `Node ${process.versions.node}`].filter((each) => each !== null);
  return `${process.platform}-${process.arch} (${words.join(', ')})`;
}

/**
 * The path of a program's addon: what was compiled here last comes before what came with a package,
 * so that nobody runs an old prebuild after a build of his own.
 *
 * @param path the only place to look, instead of those that the descriptor names.
 * @throws LoomError LOOM6001 that names this platform, every place and the command to type.
 */
export function findAddon(descriptor: ProgramDescriptor, path?: string): string {
  const folder = outputFolder(descriptor);
  const file = `${descriptor.name}.node`;
  const built = descriptor.native.candidates.map((candidate) =>
    fileURLToPath(new URL(candidate, descriptor.from)),
  );
  const first = (path === undefined ? built : [path]).find((each) => existsSync(each));
  if (first !== undefined) return first;
  const library = libraryOfC();
  const prebuild = join(folder, 'prebuilds', prebuildFolder(library), file);
  if (path === undefined && existsSync(prebuild)) return prebuild;
  const search = {
    program: descriptor.name,
    platform: platformWords(library),
    looked: path === undefined ? [...built, prebuild] : [path],
  };
  const rebuild = rebuildOf(descriptor);
  if (path !== undefined || !rebuild.isPackage) throw addonNotFound(search, rebuild);
  const others = platformsOf(folder, file);
  const wanted = `prebuilds/${prebuildFolder(library)}/${file}`;
  throw packageWithoutAddon(search, { others, wanted }, rebuild.commands);
}
