/**
 * MinGW's compiler and wine, by which programs of Windows are made and run on Linux; and why not,
 * where they are missing. A wine of its own is made below .cache, once.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../conformance/build.ts';
import type { Executables, Stage } from '../conformance/world.ts';
import { compiler } from './mingw.ts';

/** Where Debian and others put wine. */
const wines = ['wine64', '/usr/lib/wine/wine64', 'wine'];

const answers = (command: string): boolean =>
  spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

/** The wine that is here, or null. */
export const wine: string | null = wines.find(answers) ?? null;

/** What is missing, with the command that installs it; null when nothing is. */
export const missing: string | null =
  wine !== null && answers(compiler)
    ? null
    : 'needs wine64 and g++-mingw-w64-x86-64-posix: apt-get install both';

/** Why what takes a compiler a minute and more is not tested, or null. */
export const heavy: string | null =
  process.env.LOOM_TEST_BOUNDED === undefined ? missing : 'needs npm test -- --only ava';

/** wine's own folder for these tests. */
const prefix = join(root, '.cache/wine');

/** Variables for wine: its folder, no window, no talk, and no offer to download what it lacks. */
export const wineEnvironment = {
  WINEPREFIX: prefix,
  WINEDEBUG: '-all',
  WINEDLLOVERRIDES: 'mscoree,mshtml,winemenubuilder.exe=',
  DISPLAY: '',
};

/**
 * Makes wine's folder where it is missing, which takes some seconds, and starts wine's services.
 * They outlive what starts them by seconds, with its output open: it must not be a program whose
 * output somebody reads to its end.
 */
export function prepareWine(): void {
  if (wine === null) return;
  const isNew = !existsSync(join(prefix, 'system.reg'));
  mkdirSync(prefix, { recursive: true });
  execFileSync(wine, isNew ? ['wineboot', '--init'] : ['cmd', '/c', 'exit'], {
    env: { ...process.env, ...wineEnvironment },
    stdio: 'ignore',
  });
}

/** How scenarios start programs of Windows; of a program that is not given there are none. */
export function stageUnderWine(given: Partial<Executables>): Stage {
  prepareWine();
  const none = { server: '', client: '', descriptors: '', datagrams: '', narrow: '', deaf: '' };
  return {
    executables: { ...none, ...given },
    backend: 'iocp',
    launcher: [wine ?? ''],
    environment: wineEnvironment,
    stopSignal: 'SIGINT',
  };
}
