/**
 * One package for all tests that use one as its users do: test/bindings/sample is built, packed by
 * npm and installed from its tarball into an empty project, without a network.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** The name of the package, and of its program. */
export const packageName = 'bindings_sample';

/** What a command left. */
export interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** A project that has installed the package. */
export interface Consumer {
  /** The output folder that was packed. */
  out: string;
  tarball: string;
  /** The project. */
  folder: string;
  /** The package in it. */
  installed: string;
}

/** Runs a command to its end; only a compiler takes minutes. */
export function run(folder: string, command: readonly string[]): Ran {
  const [file = '', ...given] = command;
  const options = { cwd: folder, encoding: 'utf8', timeout: 600_000 } as const;
  const { status, stdout, stderr } = spawnSync(file, given, {
    ...options,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', NODE_OPTIONS: '' },
  });
  return { status, stdout, stderr };
}

/** Runs a command that has to succeed; gives what it printed. */
export function output(folder: string, command: readonly string[]): string {
  const { status, stdout, stderr } = run(folder, command);
  if (status !== 0) throw new Error(`${command.join(' ')}: ${status}\n${stdout}${stderr}`);
  return stdout;
}

/** Builds, packs and installs; the project is removed when the process ends. */
export function installConsumer(): Consumer {
  // Not where tests of the bindings have the same program: they run it unoptimised, and a package
  // ships what is optimised.
  const out = join(repository, '.cache', 'package', packageName);
  const words = ['build', 'test/bindings/sample/loom.config.ts', '--out', out, '--quiet'];
  output(repository, [process.execPath, 'bin/loomgen.js', ...words]);
  const folder = mkdtempSync(join(tmpdir(), 'loom-consumer-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const packed = output(out, ['npm', 'pack', '--silent', '--pack-destination', folder]);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const tarball = join(folder, packed.trim());
  const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  output(folder, ['npm', 'install', ...flags, tarball]);
  // What a user of TypeScript has beside it.
  mkdirSync(join(folder, 'node_modules/@types'), { recursive: true });
  for (const name of ['@types/node', 'undici-types']) {
    symlinkSync(join(repository, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return { out, tarball, folder, installed: join(folder, 'node_modules', packageName) };
}
