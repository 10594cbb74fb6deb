/** Where a program's addon is looked for, and what is said when it is in none of these places. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { otherMachineOf } from './addon_file.ts';
import type { ProgramDescriptor } from './descriptor.ts';
import { addonNotFound, packageWithoutAddon, type Rebuild } from './error.ts';
import { type Machine, machineWords, prebuildFolder, thisMachine } from './prebuilds.ts';

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

/**
 * Why a package has nothing for a machine, as far as its prebuilds tell.
 *
 * @param others folders of prebuilds/ that have the program's addon.
 */
function whyNone(others: readonly string[], { platform, arch, library }: Machine): string[] {
  const plain = `${platform}-${arch}`;
  if (library === 'musl' && others.includes(plain)) {
    return [
      `${plain} is for glibc, and this system's C library is musl, as Alpine has it: use an image`,
      'with glibc, such as node:22-slim',
    ];
  }
  const isMusl = library !== null && library !== 'musl' && others.includes(`${plain}-musl`);
  if (isMusl) return [`${plain}-musl is for musl, as Alpine has it; this system has ${library}`];
  const sameSystem = others.filter((each) => each.startsWith(`${platform}-`));
  if (others.length === 0 || sameSystem.length > 0) return [];
  return [`none of these is for ${platform}`];
}

/**
 * The path of a program's addon: what was compiled here last comes before what came with a package,
 * so that nobody runs an old prebuild after a build of his own. What was compiled elsewhere, and
 * copied here with its folder, is passed over when a prebuild fits.
 *
 * @param path the only place to look, instead of those that the descriptor names.
 * @param machine for whom; asked for only where it matters, since that takes a report.
 * @throws LoomError LOOM6001 that names this platform, every place and the command to type.
 */
export function findAddon(
  descriptor: ProgramDescriptor,
  path?: string,
  machine: () => Machine = thisMachine,
): string {
  const folder = outputFolder(descriptor);
  const file = `${descriptor.name}.node`;
  const built = descriptor.native.candidates.map((candidate) =>
    fileURLToPath(new URL(candidate, descriptor.from)),
  );
  const found = (path === undefined ? built : [path]).filter((each) => existsSync(each));
  const fits = (each: string) => otherMachineOf(each, process) === undefined;
  const first = path === undefined ? found.find(fits) : found[0];
  if (first !== undefined) return first;
  const here = machine();
  const prebuild = join(folder, 'prebuilds', prebuildFolder(here), file);
  if (path === undefined && existsSync(prebuild)) return prebuild;
  // For another machine: what loads it says so.
  if (found[0] !== undefined) return found[0];
  const search = {
    program: descriptor.name,
    platform: machineWords(here),
    looked: path === undefined ? [...built, prebuild] : [path],
  };
  const rebuild = rebuildOf(descriptor);
  if (path !== undefined || !rebuild.isPackage) throw addonNotFound(search, rebuild);
  const others = platformsOf(folder, file);
  const wanted = `prebuilds/${prebuildFolder(here)}/${file}`;
  const why = whyNone(others, here);
  throw packageWithoutAddon(search, { others, wanted, why }, rebuild.commands);
}
