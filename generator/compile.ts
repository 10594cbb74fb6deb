/**
 * The last stage: CMake and Ninja turn the output folder into a `.node` and an executable. CMake
 * is asked to configure only when something it depends on is different from the last time, so that
 * a build in which nothing changed costs one look by Ninja.
 */
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CompileFailure, compilerFailure, configureFailure } from './compile_failure.ts';
import type { NodeHeaders } from './node_headers.ts';
import { sha256 } from './plan.ts';
import { FolderError } from './write.ts';
import type { TargetBuild } from './target_build.ts';
import { findTool, type Tool, toolsOn } from './tools.ts';
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
  /** For which target, and how; null: for this machine, in the preset's own folder. */
  target: TargetBuild | null;
  /** Called with each command before it runs. */
  onCommand: (command: string) => void;
  /** Called as Ninja goes on: steps done, steps in all. */
  onProgress: (done: number, all: number) => void;
}

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

/** CMake's folder, absolute. */
function buildFolderOf({ out, preset, target }: CompileOptions): string {
  return join(out, target === null ? `build/${preset}` : target.folder);
}

/** How CMake is asked to build what it has configured. */
function buildArguments({ preset, target }: CompileOptions): string[] {
  if (target === null) return ['--build', '--preset', preset];
  return ['--build', target.folder, '--target', ...target.goals];
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
  const buildFolder = buildFolderOf(options);
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
  const built = await run(cmake, buildArguments(options), options, (line) => {
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
  const buildFolder = buildFolderOf(options);
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
  for (const tool of toolsOn(process.platform)) {
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
  const { out, nodeHeaders, target } = options;
  const all = { out, hashes, tools: [...found], variables, nodeHeaders, target };
  return `${JSON.stringify(all, null, 2)}\n`;
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
  const { target } = options;
  if (target !== null) given.push('-B', buildFolder, ...target.entries.map((each) => `-D${each}`));
  // A cache made for another compiler or another place is of no use to this one.
  if (existsSync(join(buildFolder, 'CMakeCache.txt'))) given.push('--fresh');
  if (options.nodeHeaders !== null) {
    given.push(`-DLOOM_NODE_ADDON_API_INCLUDE=${options.nodeHeaders.addonApi}`);
    given.push(`-DLOOM_NODE_API_HEADERS_INCLUDE=${options.nodeHeaders.apiHeaders}`);
    // A target has it among its own headers.
    const { libuv } = options.nodeHeaders;
    if (libuv !== null && target === null) given.push(`-DLOOM_LIBUV_INCLUDE=${libuv}`);
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
      env: {
        ...cacheEnvironment(options.out),
        ...options.environment,
        ...options.target?.environment,
        LC_ALL: 'C',
      },
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
