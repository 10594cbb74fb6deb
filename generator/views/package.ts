/** What makes an npm package of the output folder: package.json, and the view of its README. */
import type { Ir } from '../../schemas/ir.ts';
import type { IrPackage } from '../../schemas/ir_package.ts';
import { targets } from '../../schemas/targets.ts';
import { bannerSentence, configPath, counted, describeFd } from './sentences.ts';
import { printable } from './text.ts';

/** The oldest Node that is tried: its first release with long-term support. */
const engines = { node: '>=20.9' };

/** What the program is for. */
function platformsOf({ backends: { linux: _, ...others } }: Ir): { os: string[]; cpu: string[] } {
  return { os: ['linux', ...Object.keys(others)].sort(), cpu: ['arm64', 'x64'] };
}

/** Where Node and compilers find what `import` and `require` get. */
const entries = {
  main: './dist/index.cjs',
  types: './dist/index.d.cts',
  exports: {
    '.': {
      import: { types: './dist/index.d.ts', default: './dist/index.js' },
      require: { types: './dist/index.d.cts', default: './dist/index.cjs' },
    },
    './package.json': './package.json',
  },
};

/** What a package is, in a sentence, when its config does not say. */
function defaultDescription(ir: Ir): string {
  const fds = ir.reactors.flatMap((reactor) => reactor.fds);
  const channels = ir.reactors.flatMap((reactor) => reactor.channels);
  const parts = [
    counted(ir.reactors.length, 'reactor'),
    counted(fds.length, 'fd'),
    counted(channels.length, 'channel'),
  ];
  return `Native I/O for Node, made by loomgen: ${parts.join(', ')}.`;
}

/** The text of package.json. */
export function packageJson(ir: Ir, declared: IrPackage): string {
  const { name, version, license, repository } = declared;
  const document = {
    name,
    version,
    description: declared.description ?? defaultDescription(ir),
    license,
    ...(repository !== undefined && { repository: { type: 'git', url: repository } }),
    type: 'module',
    ...entries,
    sideEffects: false,
    files: ['bindings', 'dist', '!dist/loom.stamp.json', 'prebuilds'],
    engines,
    ...platformsOf(ir),
    // The types name Buffer and AbortSignal; who writes JavaScript does not need them.
    peerDependencies: { '@types/node': '>=20' },
    peerDependenciesMeta: { '@types/node': { optional: true } },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** What people call platforms. */
const platformNames: Readonly<Record<string, string>> = {
  linux: 'Linux',
  darwin: 'macOS',
  freebsd: 'FreeBSD',
  win32: 'Windows',
};

/** The platforms of a program in words, and a target of each that can be built. */
function placesOf(ir: Ir): Pick<ReadmeView, 'platforms' | 'targets'> {
  const { os } = platformsOf(ir);
  const first = ['linux', ...os.filter((each) => each !== 'linux')];
  const names = first.map((each) => platformNames[each] ?? each);
  const last = names.at(-1) ?? '';
  const platforms = names.length === 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
  const built = targets.filter(({ library }) => library !== 'musl');
  const ofPlatform = (platform: string) => built.filter((each) => each.platform === platform);
  return {
    platforms,
    targets: first
      .flatMap(ofPlatform)
      .map(({ name }) => name)
      .join(','),
  };
}

/** The view of `text/README.md`. */
export interface ReadmeView {
  banner: string[];
  name: string;
  /** The platforms that the program is for, as a list in words. */
  platforms: string;
  /** Targets for all of these, with commas between them. */
  targets: string;
  program: string;
  description: string;
  config: string;
  hasProperties: boolean;
  properties: { name: string; what: string }[];
}

/** A text inside a line of Markdown: nothing in it is markup. */
function markdown(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|!&~]/g, '\\$&');
}

/** What a user of the package sees of the program, in the order of names. */
function propertiesOf(ir: Ir): ReadmeView['properties'] {
  const fds = ir.reactors.flatMap((reactor) => reactor.fds);
  const channels = ir.reactors.flatMap((reactor) => reactor.channels);
  const rows = [
    ...fds.map((fd) => ({ name: fd.name, what: markdown(printable(describeFd(fd), '')) })),
    ...channels.map(({ name, message }) => ({
      name,
      what: markdown(`channels.${name} - messages ${message}`),
    })),
  ];
  return rows.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Describes a program to who installs it. */
export function readmeView(ir: Ir, declared: IrPackage): ReadmeView {
  const properties = propertiesOf(ir);
  const banner = printable(bannerSentence(ir), '').replace(/-{2,}|[<>]/g, ' ');
  return {
    banner: [`<!-- ${banner} -->`],
    name: declared.name,
    ...placesOf(ir),
    program: ir.name,
    description: markdown(declared.description ?? defaultDescription(ir)),
    config: printable(configPath(ir), '`'),
    hasProperties: properties.length > 0,
    properties,
  };
}
