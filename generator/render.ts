/**
 * IR → every file of the output folder, as a map from path to text. Pure but for reading the
 * templates: the same representation gives the same bytes, wherever and whenever.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ir, IrReactor } from '../schemas/ir.ts';
import { packageRoot } from './package_root.ts';
import { manifestName, manifestText } from './plan.ts';
import { loadTemplate } from './template.ts';
import { indexView } from './views/bindings.ts';
import { cxxMessagesView } from './views/cxx_messages.ts';
import { cmakeListsView, cmakePresetsView } from './views/build_files.ts';
import { fdsView, operationsView } from './views/fds.ts';
import { callsView, programCalls } from './views/calls.ts';
import { channelsView, programChannels, sharedView } from './views/channels.ts';
import { checksView } from './views/checks.ts';
import { descriptorView } from './views/descriptor.ts';
import { handlersView, services } from './views/handlers.ts';
import { mapView } from './views/map.ts';
import { messageDocsView } from './views/message_docs.ts';
import { messageParts } from './views/message_parts.ts';
import { packageJson, readmeView } from './views/package.ts';
import { stacksView } from './views/stacks.ts';
import { programView } from './views/program.ts';
import { reactorView } from './views/reactor.ts';
import { bannerLines } from './views/sentences.ts';
import { typescriptMessagesView, typescriptWritersView } from './views/typescript_messages.ts';
import { identifier, maximumLines } from './views/text.ts';

/** The name of the representation in the output folder. */
export const irName = 'loom.ir.json';

/** Texts by path; paths are relative to the output folder and have forward slashes. */
export type Files = Map<string, string>;

/**
 * Renders a program.
 *
 * @returns path to text of every file, the manifest included, sorted by path.
 * @throws only when the representation breaks a promise that `lower` keeps (a bug).
 */
export function render(ir: Ir): Files {
  const files: Files = new Map([
    [irName, `${JSON.stringify(ir, null, 2)}\n`],
    ['map.txt', fill('text/map.txt', mapView(ir, whyNotStandalone(ir)))],
    ...renderBuildFiles(ir),
    ...renderMessages(ir),
    ...renderChannels(ir),
    ...renderCalls(ir),
    ...renderFds(ir),
    ...renderHandlers(ir),
    ...renderSources(ir),
    ...renderBindings(ir),
    ...renderPackage(ir),
    ...copies('templates/runtime/loom', 'runtime/loom'),
    ...copies('templates/bindings', 'bindings/loom'),
  ]);
  files.set(manifestName, manifestText(files));
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Why a program has no standalone executable: JavaScript is part of it. Null when it has one. */
export function whyNotStandalone(ir: Ir): string | null {
  const fds = ir.reactors.flatMap((reactor) => reactor.fds);
  const delivered = fds.filter(({ handler }) => handler === null).map(({ name }) => `fds.${name}`);
  if (delivered.length === 0) return null;
  return `${delivered.join(', ')} without a handler need JavaScript.`;
}

/** Fills a template of templates/ with its view. */
function fill(template: string, view: object): string {
  return loadTemplate(template)(view);
}

/** How long a text is. */
function lineCount(text: string): number {
  return text.split('\n').length - 1;
}

function renderBuildFiles(ir: Ir): [string, string][] {
  const lists = cmakeListsView(ir, ['src/program.cpp'], whyNotStandalone(ir) === null);
  return [
    ['CMakeLists.txt', fill('cmake/CMakeLists.txt', lists)],
    ['CMakePresets.json', fill('cmake/CMakePresets.json', cmakePresetsView(ir))],
    ['runtime/loom.cmake', readTemplate('templates/cmake/loom.cmake')],
  ];
}

/** Messages in C++, in TypeScript and for people; a file a type where one would be too long. */
function renderMessages(ir: Ir): [string, string][] {
  const parts = messageParts(ir);
  if (parts.length === 0) return [];
  const structs = parts.filter(({ kind }) => kind === 'struct');
  const cxx = splitIfLong({
    ir,
    parts,
    path: `include/${ir.name}/messages.hpp`,
    render: (some, depth) => fill('cxx/messages.hpp', cxxMessagesView(ir, some, depth === 1)),
    umbrella: 'cxx/umbrella.hpp',
  });
  const readers = splitIfLong({
    ir,
    parts,
    path: 'bindings/messages.ts',
    render: (some, depth) =>
      fill(
        'ts/messages.ts',
        typescriptMessagesView(ir, some, {
          runtime: depth === 0 ? './loom' : '../loom',
          moduleOf: (name) => (depth === 0 ? undefined : `./${name}.ts`),
        }),
      ),
    umbrella: 'ts/umbrella.ts',
  });
  const writers = splitIfLong({
    ir,
    parts: structs,
    path: 'bindings/writers.ts',
    render: (some, depth) =>
      fill(
        'ts/messages.ts',
        typescriptWritersView(ir, some, {
          runtime: depth === 0 ? './loom' : '../loom',
          moduleOf: (name, kind) => {
            if (kind === 'enumeration') return depth === 0 ? './messages.ts' : '../messages.ts';
            return depth === 0 ? undefined : `./${name}.ts`;
          },
        }),
      ),
    umbrella: 'ts/umbrella.ts',
  });
  const docs: [string, string] = ['MESSAGES.md', fill('text/messages.md', messageDocsView(ir))];
  return [...cxx, ...readers, ...writers, docs];
}

/** What the channels are in C++. */
function renderChannels(ir: Ir): [string, string][] {
  const channels = programChannels(ir);
  if (channels.length === 0) return [];
  const cxx = splitIfLong({
    ir,
    parts: channels,
    path: `include/${ir.name}/channels.hpp`,
    render: (parts) => fill('cxx/channels.hpp', channelsView(ir, parts)),
    umbrella: 'cxx/umbrella.hpp',
  });
  const shared = sharedView(ir);
  if (shared !== undefined) {
    cxx.push([`include/${ir.name}/shared.hpp`, fill('cxx/shared.hpp', shared)]);
  }
  return cxx;
}

/** What the calls are in C++. */
function renderCalls(ir: Ir): [string, string][] {
  const calls = programCalls(ir);
  if (calls.length === 0) return [];
  return splitIfLong({
    ir,
    parts: calls,
    path: `include/${ir.name}/calls.hpp`,
    render: (parts) => fill('cxx/calls.hpp', callsView(ir, parts)),
    umbrella: 'cxx/umbrella.hpp',
  });
}

/** A file made of named parts, which may become a folder of one file a part. */
interface Splittable<Part extends { name: string }> {
  ir: Ir;
  parts: readonly Part[];
  /** Of the file that holds all parts, or includes them. */
  path: string;
  /** Renders some parts; `depth` is 1 when the file lies in a folder of its own. */
  render: (parts: readonly Part[], depth: 0 | 1) => string;
  /** The template of a file that only includes the others. */
  umbrella: 'cxx/umbrella.hpp' | 'ts/umbrella.ts';
}

/** One file, or a short one that includes a file a part when it would be too long to read. */
function splitIfLong<Part extends { name: string }>(of: Splittable<Part>): [string, string][] {
  const whole = of.render(of.parts, 0);
  if (lineCount(whole) <= maximumLines || of.parts.length < 2) return [[of.path, whole]];
  const extension = of.path.slice(of.path.lastIndexOf('.'));
  const folder = of.path.slice(0, -extension.length);
  const base = folder.slice(folder.lastIndexOf('/') + 1);
  const names = of.parts.map(({ name }) => `${base}/${identifier(name)}${extension}`);
  const view = { banner: bannerLines(of.ir, '// '), files: names };
  const files: [string, string][] = [[of.path, fill(of.umbrella, view)]];
  for (const part of of.parts) {
    files.push([`${folder}/${identifier(part.name)}${extension}`, of.render([part], 1)]);
  }
  return files;
}

/** What the fds are, in C++; a file an fd where one file would be too long. */
function renderFds(ir: Ir): [string, string][] {
  const fds = ir.reactors.flatMap((reactor) =>
    reactor.fds.map((fd) => ({ name: fd.name, reactor, fd })),
  );
  const folder = `include/${ir.name}`;
  const files: [string, string][] = [
    [`${folder}/operations.hpp`, fill('cxx/operations.hpp', operationsView(ir))],
  ];
  if (ir.fibers !== undefined) {
    files.push([`${folder}/stacks.hpp`, fill('cxx/stacks.hpp', stacksView(ir, ir.fibers))]);
  }
  return [
    ...files,
    ...splitIfLong({
      ir,
      parts: fds,
      path: `${folder}/fds.hpp`,
      render: (parts) => fill('cxx/fds.hpp', fdsView(ir, parts)),
      umbrella: 'cxx/umbrella.hpp',
    }),
  ];
}

/** The bases of the user's handlers, and the checks of what derives from them. */
function renderHandlers(ir: Ir): [string, string][] {
  const handlers = services(ir);
  if (handlers.length === 0) return [];
  const checks = handlers.map((service): [string, string] => {
    const view = checksView(ir, service, '../../');
    return [`src/checks/${identifier(service.name)}.hpp`, fill('cxx/checks.hpp', view)];
  });
  return [
    ...splitIfLong({
      ir,
      parts: handlers,
      path: `include/${ir.name}/handlers.hpp`,
      render: (parts) => fill('cxx/handlers.hpp', handlersView(ir, parts)),
      umbrella: 'cxx/umbrella.hpp',
    }),
    ...checks,
  ];
}

/** A reactor; its shape and its switch have files of their own where one would be too long. */
function renderReactor(ir: Ir, reactor: IrReactor): [string, string][] {
  const name = identifier(reactor.name);
  const whole = fill('cxx/reactor.hpp', reactorView(ir, reactor, false));
  if (lineCount(whole) <= maximumLines) return [[`src/${name}.hpp`, whole]];
  const view = reactorView(ir, reactor, true);
  return [
    [`src/${name}.hpp`, fill('cxx/reactor.hpp', view)],
    [`src/shapes/${name}.hpp`, fill('cxx/shape.hpp', view)],
    [`src/dispatch/${name}.hpp`, fill('cxx/dispatch.hpp', view)],
  ];
}

/** The reactors and the sources that are compiled. */
function renderSources(ir: Ir): [string, string][] {
  const sources = ir.reactors.flatMap((reactor) => renderReactor(ir, reactor));
  sources.push(['src/program.cpp', fill('cxx/program.cpp', programView(ir))]);
  sources.push(['src/addon.cpp', fill('cxx/addon.cpp', {})]);
  if (whyNotStandalone(ir) === null) {
    const view = { banner: bannerLines(ir, '// ') };
    sources.push(['src/standalone.cpp', fill('cxx/standalone.cpp', view)]);
  }
  return sources;
}

function renderBindings(ir: Ir): [string, string][] {
  return [
    ['bindings/index.ts', fill('ts/index.ts', indexView(ir))],
    ['bindings/descriptor.ts', fill('ts/descriptor.ts', descriptorView(ir))],
  ];
}

/** What makes an npm package of the folder; the compiled bindings come when it is compiled. */
function renderPackage(ir: Ir): [string, string][] {
  if (ir.package === undefined) return [];
  return [
    ['package.json', packageJson(ir, ir.package)],
    ['README.md', fill('text/README.md', readmeView(ir, ir.package))],
  ];
}

/** The files below a folder of the installation, as they are, under a folder of the output. */
export function copies(from: string, to: string): [string, string][] {
  const copied: [string, string][] = [];
  const folder = join(packageRoot(), from);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) copied.push(...copies(`${from}/${entry.name}`, `${to}/${entry.name}`));
    else copied.push([`${to}/${entry.name}`, readTemplate(`${from}/${entry.name}`)]);
  }
  return copied;
}

/** A file of the installation that is emitted as it is. */
function readTemplate(path: string): string {
  return readFileSync(join(packageRoot(), path), 'utf8');
}
