/** The views of CMakeLists.txt and CMakePresets.json. */
import type { Ir } from '../../schemas/ir.ts';
import { bannerLines, bannerSentence } from './sentences.ts';
import { cmakeString, identifier } from './text.ts';

/** The view of `cmake/CMakeLists.txt`. */
export interface CmakeListsView {
  banner: string[];
  name: string;
  /** Quoted paths relative to the output folder. */
  sources: string[];
  hasIncludeDirectories: boolean;
  includeDirectories: string[];
  /** pkg-config modules, quoted, and Debian's likely name for each. */
  modules: { module: string; package: string }[];
  /** How stacks are switched, or an empty list. */
  contexts: string[];
  standalone: boolean;
}

/** The view of `cmake/CMakePresets.json`. */
export interface CmakePresetsView {
  /** The banner as one JSON string: JSON has no comments. */
  note: string;
}

/** Debian packages whose name does not follow from the pkg-config module's. */
const knownPackages: Readonly<Record<string, string>> = { openssl: 'libssl-dev' };

/** Describes the build of a program, in which `units` are the emitted C++ sources. */
export function cmakeListsView(
  ir: Ir,
  units: readonly string[],
  standalone: boolean,
): CmakeListsView {
  const modules = ir.backends.linux.includes('io_uring') ? ['liburing'] : [];
  modules.push(...ir.native.pkgConfig.filter((module) => module !== 'liburing'));
  return {
    banner: bannerLines(ir, '# '),
    name: identifier(ir.name),
    sources: [...units, ...ir.native.sources].map(cmakeString),
    hasIncludeDirectories: ir.native.includeDirectories.length > 0,
    includeDirectories: ir.native.includeDirectories.map(cmakeString),
    modules: modules.map((module) => ({
      module: cmakeString(module),
      package: cmakeString(debianPackage(module)),
    })),
    contexts: ir.fibers === undefined ? [] : [ir.fibers.context],
    standalone,
  };
}

/** The Debian package that most likely brings a pkg-config module. */
export function debianPackage(module: string): string {
  const known = knownPackages[module];
  if (known !== undefined) return known;
  return `lib${module.replace(/^lib/, '').toLowerCase()}-dev`;
}

/** The presets are the same for every program. */
export function cmakePresetsView(ir: Ir): CmakePresetsView {
  return { note: JSON.stringify(bannerSentence(ir)) };
}
