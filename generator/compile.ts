/**
 * The last stage: CMake and Ninja turn the output folder into a `.node` and an executable. CMake
 * is asked to configure only when something it depends on is different from the last time, so that
 * a build in which nothing changed costs one look by Ninja.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { NodeHeaders } from './node_headers.ts';
import { sha256 } from './plan.ts';
import { FolderError } from './write.ts';
import { findTool, type Tool, tools } from './tools.ts';
import type { Environment } from './environment.ts';

/** The oldest CMake that reads the emitted project. */
const cmakeMajor = 3;
const cmakeMinor = 25;

/** In a build folder: what its configuration was made of. */
const stampName = 'loom.stamp.json';

/** A preset of the emitted CMakePresets.json. */
export type Preset = 'release' | 'debug' | 'asan' | 'tsan';

/** How and where to compile. */
export interface CompileOptions {
  /** The output folder, absolute. */
  out: string;
  preset: Preset;
  environment: Environment;
  /** The addon is left out when they are null. */
  nodeHeaders: NodeHeaders | null;
  /** Called with each command before it runs. */
  onCommand: (command: string) => void;
  /** Called as Ninja goes on: steps done, steps in all. */
  onProgress: (done: number, all: number) => void;
}

/** What went wrong, for the diagnostic that names it. */
export type CompileFailure =
  | { kind: 'tool'; tool: Tool }
  | { kind: 'oldTool'; tool: 'cmake' | 'compiler'; found: string; needed: string }
  | { kind: 'library'; library: string; package: string }
  | { kind: 'tracy'; problem: 'missing' | 'old' | 'lacks'; details: string }
  | { kind: 'configure'; output: string }
  | {
      kind: 'compiler';
      /** The compiler's first error; file and position where it gave them. */
      message: string;
      file: string | null;
      line: number;
      column: number;
      output: string;
    };

/** The outcome of `compile`. */
export interface CompileResult {
  /** Whether CMake had to configure. */
  configured: boolean;
  /** Steps Ninja ran; 0 when nothing changed. */
  steps: number;
  /** null when everything was compiled. */
  failure: CompileFailure | null;
}

/** What a process left behind. */
interface Finished {
  status: number;
  output: string;
}

/**
 * Compiles the output folder.
 *
 * @returns also when the compiler refused: see `failure`.
 * @throws when a tool that exists cannot be started.
 */
export async function compile(options: CompileOptions): Promise<CompileResult> {
  const result: CompileResult = { configured: false, steps: 0, failure: null };
  const { found, missing } = findTools(options.environment);
  if (missing !== undefined) return { ...result, failure: { kind: 'tool', tool: missing } };
  const cmake = found.get('cmake') ?? 'cmake';
  const buildFolder = join(options.out, 'build', options.preset);
  const stampPath = join(buildFolder, stampName);
  const stamp = stampText(options, found);
  if (!isConfigured(buildFolder, stamp)) {
    result.configured = true;
    const version = await run(cmake, ['--version'], { ...options, onCommand: () => {} });
    const old = oldCmake(version.output);
    if (old !== null) return { ...result, failure: old };
    makeBuildFolder(buildFolder);
    const configured = await run(cmake, configureArguments(options, buildFolder), options);
    if (configured.status !== 0) {
      return { ...result, failure: configureFailure(configured.output) };
    }
    writeFileSync(stampPath, stamp);
  }
  const built = await run(cmake, ['--build', '--preset', options.preset], options, (line) => {
    const step = /^\[(\d+)\/(\d+)\] /.exec(line);
    if (step === null) return;
    result.steps = Number(step[1]);
    options.onProgress(result.steps, Number(step[2]));
  });
  if (built.status !== 0) result.failure = compilerFailure(built.output, buildFolder);
  return result;
}

/**
 * Whether `compile` would find nothing to do. It asks Ninja, who knows every header of the system,
 * and changes nothing; in doubt the answer is no.
 */
export async function isCompiled(options: CompileOptions): Promise<boolean> {
  const { found, missing } = findTools(options.environment);
  const ninja = found.get('ninja');
  const buildFolder = join(options.out, 'build', options.preset);
  if (missing !== undefined || ninja === undefined) return false;
  if (!isConfigured(buildFolder, stampText(options, found))) return false;
  const dryRun = await run(ninja, ['-C', buildFolder, '-n'], options);
  return dryRun.status === 0 && /^ninja: no work to do\.$/m.test(dryRun.output);
}

/**
 * What a compiled preset left.
 *
 * @param name the program's name.
 * @returns the addon, the executable and what a package imports, where they exist, relative to
 * the output folder.
 */
export function artifacts(name: string, out: string, preset: Preset): string[] {
  const folder = `build/${preset}`;
  return [`${folder}/${name}.node`, `${folder}/${name}`, 'dist/index.js'].filter((path) =>
    existsSync(join(out, path)),
  );
}

/** Every tool's path by its name, up to the first that is needed and missing. */
function findTools(environment: Environment): { found: Map<string, string>; missing?: Tool } {
  const found = new Map<string, string>();
  for (const tool of tools) {
    const path = findTool(tool, environment);
    if (path !== undefined) found.set(tool.name, path);
    else if (!tool.optional) return { found, missing: tool };
  }
  return { found };
}

/**
 * Makes CMake's folder before CMake does, because a refusal then has a code and a place.
 *
 * @throws FolderError when the system refuses.
 */
function makeBuildFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new FolderError(folder, error);
  }
}

/** Everything a configuration depends on; a different text means configuring again. */
function stampText(options: CompileOptions, found: ReadonlyMap<string, string>): string {
  const inputs = ['CMakeLists.txt', 'CMakePresets.json', 'runtime/loom.cmake'];
  const hashes = inputs.map((path) => sha256(readFileSync(join(options.out, path), 'utf8')));
  const { CXX = '', CXXFLAGS = '', LDFLAGS = '', PKG_CONFIG_PATH = '' } = options.environment;
  const { Tracy_ROOT = '', CMAKE_PREFIX_PATH = '' } = options.environment;
  const variables = [CXX, CXXFLAGS, LDFLAGS, PKG_CONFIG_PATH, Tracy_ROOT, CMAKE_PREFIX_PATH];
  const { out, nodeHeaders } = options;
  return `${JSON.stringify({ out, hashes, tools: [...found], variables, nodeHeaders }, null, 2)}\n`;
}

/** Whether the last configuration of a build folder still holds. */
function isConfigured(buildFolder: string, stamp: string): boolean {
  const stampPath = join(buildFolder, stampName);
  if (!existsSync(join(buildFolder, 'build.ninja')) || !existsSync(stampPath)) return false;
  return readFileSync(stampPath, 'utf8') === stamp;
}

/** The arguments of the CMake that configures. */
function configureArguments(options: CompileOptions, buildFolder: string): string[] {
  const given = ['--preset', options.preset];
  // A cache made for another compiler or another place is of no use to this one.
  if (existsSync(join(buildFolder, 'CMakeCache.txt'))) given.push('--fresh');
  if (options.nodeHeaders !== null) {
    given.push(`-DLOOM_NODE_ADDON_API_INCLUDE=${options.nodeHeaders.addonApi}`);
    given.push(`-DLOOM_NODE_API_HEADERS_INCLUDE=${options.nodeHeaders.apiHeaders}`);
  }
  return given;
}

/** The failure when `cmake --version` says that it is too old; null when it is not. */
function oldCmake(output: string): CompileFailure | null {
  const match = /version (\d+)\.(\d+)[^\s]*/.exec(output);
  const [major, minor] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  if (major > cmakeMajor || (major === cmakeMajor && minor >= cmakeMinor)) return null;
  const found = match === null ? 'no version' : match[0];
  return { kind: 'oldTool', tool: 'cmake', found, needed: `${cmakeMajor}.${cmakeMinor}` };
}

/** What CMake could not do: the `loom-...:` lines of loom.cmake, else its words as they are. */
export function configureFailure(output: string): CompileFailure {
  const library = /loom-missing-library: (\S+) \((\S+)\)/.exec(output);
  if (library !== null) {
    return { kind: 'library', library: library[1] ?? '', package: library[2] ?? '' };
  }
  const tracy = /loom-tracy-(missing|old|lacks): *(.*)/.exec(output);
  if (tracy !== null) {
    const problem = tracy[1] as 'missing' | 'old' | 'lacks';
    return { kind: 'tracy', problem, details: tracy[2] ?? '' };
  }
  const compiler = /loom-old-compiler: (.+)/.exec(output);
  if (compiler !== null) {
    const needed = 'g++ 12 or clang++ 14';
    return { kind: 'oldTool', tool: 'compiler', found: compiler[1] ?? '', needed };
  }
  return { kind: 'configure', output };
}

/**
 * Finds the first error in what g++, clang++ or the linker printed.
 *
 * @param output everything Ninja printed.
 * @param buildFolder what relative paths in it are relative to.
 */
export function compilerFailure(output: string, buildFolder: string): CompileFailure {
  const located = /^(.+?):(\d+):(\d+): (?:fatal )?error: (.*)$/m.exec(output);
  if (located !== null) {
    const [, file = '', line, column, message = ''] = located;
    return {
      kind: 'compiler',
      message: withoutAssertion(message),
      file: isAbsolute(file) ? file : resolve(buildFolder, file),
      line: Number(line),
      column: Number(column),
      output,
    };
  }
  const other = /^.*(?:undefined reference|cannot find -l|error:|error: ).*$/m.exec(output);
  const lines = output.trim().split('\n');
  const message = (other?.[0] ?? lines.at(-1) ?? '').trim();
  return { kind: 'compiler', message, file: null, line: 0, column: 0, output };
}

/** The sentence of a static_assert, out of what g++ and what clang++ make of it. */
function withoutAssertion(message: string): string {
  const clang = /^static_assert failed .*"(.*)"$/.exec(message);
  if (clang !== null) return clang[1] ?? message;
  return message.replace(/^static assertion failed(?: due to .*?)?: /, '');
}

/**
 * Lets ccache find what another output folder compiled: the unit with napi.h is the same text for
 * every program, and only the folder's name would tell them apart.
 */
function cacheEnvironment(out: string): Environment {
  return { CCACHE_BASEDIR: out, CCACHE_NOHASHDIR: '1' };
}

/** Runs one command in the output folder, hands its lines on, keeps all it printed. */
function run(
  program: string,
  given: readonly string[],
  options: CompileOptions,
  onLine: (line: string) => void = () => {},
): Promise<Finished> {
  options.onCommand([program, ...given].map(quoted).join(' '));
  return new Promise((settle, fail) => {
    const child = spawn(program, given, {
      cwd: options.out,
      env: { ...cacheEnvironment(options.out), ...options.environment, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let rest = '';
    const take = (chunk: string): void => {
      output += chunk;
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', fail);
    child.on('close', (status) => {
      settle({ status: status ?? 1, output });
    });
  });
}

/** A word as a shell would need it typed. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
