/** The libraries that programs link: which are there for this machine, by pkg-config or by name. */
import { type DoctorFinding, finding, firstOf, isAtLeast, versionIn } from './finding.ts';
import { libuvFolders } from '../node_headers.ts';
import { findToolIn, tools } from '../tools.ts';
import { findTracy } from '../trace/tracy.ts';
import type { System } from './system.ts';

/** A library that generated programs or handlers may link. */
interface Library {
  name: string;
  purpose: string;
  /** Debian's package. */
  package: string;
  minimum: string;
  /** What pkg-config calls it; null where it has no such file. */
  module: string | null;
  /** The header that has its version, below a folder of headers, and where in it. */
  header?: { path: string; version: RegExp };
  /** The archive that is linked; headers may be there without it. */
  archive?: string;
  /** Whether no program compiles without it. */
  isNeeded: boolean;
}

const libraries: readonly Library[] = [
  {
    ...{ name: 'liburing', purpose: 'the io_uring backend', package: 'liburing-dev' },
    ...{ minimum: '2.3', module: 'liburing', isNeeded: true },
  },
  {
    ...{ name: 'Boost.Context', purpose: "fibers with context 'fcontext', the default" },
    ...{ package: 'libboost-context-dev', minimum: '1.74', module: null, isNeeded: false },
    header: { path: 'boost/version.hpp', version: /BOOST_LIB_VERSION "(\d+)_(\d+)/ },
    archive: 'libboost_context.a',
  },
  {
    ...{ name: 'OpenSSL', purpose: 'TLS, which this version of loomgen has not yet' },
    ...{ package: 'libssl-dev', minimum: '3.0', module: 'openssl', isNeeded: false },
  },
  {
    ...{ name: 'simdjson', purpose: 'handlers that parse JSON, as examples/orderbook does' },
    ...{ package: 'libsimdjson-dev', minimum: '3.0', module: 'simdjson', isNeeded: false },
  },
];

/** Folders of headers that compilers look into by themselves. */
const headerFolders = ['/usr/include', '/usr/local/include', '/opt/homebrew/include'];

/** The version in a library's header, and the header; null without one. */
function inHeader(system: System, { header }: Library): { version: string; seen: string } | null {
  if (header === undefined) return null;
  for (const folder of headerFolders) {
    const seen = `${folder}/${header.path}`;
    const match = header.version.exec(system.read(seen) ?? '');
    if (match !== null) return { version: match.slice(1).join('.'), seen };
  }
  return null;
}

/** The version that pkg-config knows; null when it knows none. */
function inPkgConfig(
  system: System,
  { module }: Library,
): { version: string; seen: string } | null {
  const program = firstOf(system, ['pkg-config', 'pkgconf']);
  if (module === null || program === undefined) return null;
  const version = versionIn(system.run(program, ['--modversion', module]));
  return version === null ? null : { version, seen: `pkg-config ${module}` };
}

/** Whether the compiler finds an archive where it looks by itself. */
function hasArchive(system: System, archive: string): boolean {
  const tool = tools.find(({ variable }) => variable === 'CXX');
  const compiler = tool && findToolIn(tool, system);
  // Without a compiler nothing links, which is a line of its own.
  if (compiler === undefined) return true;
  return system.run(compiler, [`-print-file-name=${archive}`]).stdout.includes('/');
}

function libraryFinding(system: System, library: Library): DoctorFinding {
  const { name, purpose, minimum, isNeeded } = library;
  const found = inPkgConfig(system, library) ?? inHeader(system, library);
  const common = { name, purpose, subject: 'libraries', packages: [library.package] } as const;
  const bad = isNeeded ? 'fail' : 'warn';
  if (found === null) return finding({ ...common, status: bad, seen: 'missing' });
  const { archive } = library;
  if (archive !== undefined && !hasArchive(system, archive)) {
    return finding({ ...common, status: bad, seen: `its headers without ${archive}` });
  }
  const isOld = !isAtLeast(found.version, minimum);
  const seen = isOld ? `${found.seen}, older than ${minimum}` : found.seen;
  return finding({ ...common, status: isOld ? bad : 'ok', seen, version: found.version });
}

/** uv.h, which comes with Node where it was not packed without its headers. */
function libuv(system: System): DoctorFinding {
  const folder = libuvFolders.find((each) => system.read(`${each}/uv.h`) !== null);
  return finding({
    ...{
      name: 'uv.h',
      subject: 'libraries',
      purpose: 'addons that turn a reactor in the event loop',
    },
    status: folder === undefined ? 'fail' : 'ok',
    seen: folder === undefined ? 'missing, beside Node as well' : `${folder}/uv.h`,
    packages: ['libuv1-dev'],
  });
}

/** The client of the profiler, which only builds with --trace need. */
function tracy(system: System): DoctorFinding {
  const found = findTracy(system.environment, system.read);
  const problem = found?.problem ?? null;
  return finding({
    ...{ name: 'Tracy', subject: 'libraries', purpose: 'builds with --trace' },
    status: found === null || problem !== null ? 'warn' : 'ok',
    seen: found === null ? 'missing' : (problem ?? found.folder),
    version: found === null ? null : `protocol ${found.protocol}`,
    command: 'npx loomgen explain LOOM7001',
  });
}

/** Every library. */
export function checkLibraries(system: System): DoctorFinding[] {
  const found = libraries.map((library): DoctorFinding => {
    const each = libraryFinding(system, library);
    // Only Linux has io_uring.
    const isElsewhere = library.name === 'liburing' && system.platform !== 'linux';
    return isElsewhere && each.status === 'fail' ? { ...each, status: 'warn' } : each;
  });
  return [...found, libuv(system), tracy(system)];
}
