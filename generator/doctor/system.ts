/**
 * What `loomgen doctor` looks at: a machine, as few questions as that takes. Tests answer them for
 * machines that there are not.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { findProgram } from '../tools.ts';

/** What a command left; null as status: it did not start, or not in time. */
export interface Ran {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** One machine. */
export interface System {
  /** As `process.platform`, `process.arch` and `process.versions.node` have it. */
  platform: string;
  arch: string;
  node: string;
  /** The release of the kernel, such as `6.1.0-18-amd64`. */
  kernel: string;
  environment: Environment;
  /** The path of a program in PATH; undefined when there is none. */
  find(program: string): string | undefined;
  /** Runs a command to its end. */
  run(program: string, given: readonly string[]): Ran;
  /** The text of a file, without the space around it; null when it cannot be read. */
  read(path: string): string | null;
  /** Calls with the path of a folder that is gone afterwards. */
  withFolder<T>(use: (folder: string) => T): T;
}

/** Longest time one command of a look may take: a compiler of one small file, on a slow machine. */
const commandMilliseconds = 60_000;

/**
 * This machine.
 *
 * @param environment whose PATH and CXX count; commands are run with it.
 */
export function thisSystem(environment: Environment): System {
  return {
    platform: process.platform,
    arch: process.arch,
    node: process.versions.node,
    kernel: release(),
    environment,
    find: (program) => findProgram(program, environment),
    run: (program, given) => {
      const { status, stdout, stderr } = spawnSync(program, given, {
        encoding: 'utf8',
        timeout: commandMilliseconds,
        env: { ...environment, LC_ALL: 'C' },
      });
      return { status, stdout: stdout ?? '', stderr: stderr ?? '' };
    },
    read: (path) => {
      try {
        return readFileSync(path, 'utf8').trim();
      } catch {
        return null;
      }
    },
    withFolder: (use) => {
      const folder = mkdtempSync(join(tmpdir(), 'loomgen-doctor-'));
      try {
        return use(folder);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  };
}
