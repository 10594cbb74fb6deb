// @ts-check
// System packages: which of the list in system-packages.json are missing, and how they may be
// installed here. Looking costs one dpkg-query; apt is only called when something is missing, and
// only where it may be: as root, or by a sudo that does not have to ask (or can ask on a terminal).

import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Refusal, runVisibly, say } from './talk.mjs';

/**
 * @typedef {object} SystemPackage one entry of system-packages.json
 * @property {string} package Debian's name; may hold {clang}
 * @property {'build' | 'test'} for `test` needs both kinds, everything else only `build`
 * @property {string} why
 * @property {string} [minimum] oldest version that works
 * @property {boolean} [optional] installed with the others, never a reason to install
 * @property {{ command?: string, pkgConfig?: string }} found
 */

/**
 * @typedef {object} Rights what this process may do about a missing package
 * @property {boolean} apt apt-get is there
 * @property {boolean} root
 * @property {'absent' | 'silent' | 'asks'} sudo `silent` works without a password
 * @property {boolean} terminal someone could type a password
 */

// Daemons and cron start with a PATH without sbin, where dpkg looks for its helpers.
const searchPath = `${process.env.PATH ?? '/usr/bin:/bin'}:/usr/local/sbin:/usr/sbin:/sbin`;
const environment = { ...process.env, PATH: searchPath, LC_ALL: 'C' };

/**
 * The list, for one kind of job.
 * @param {boolean} forTests
 * @returns {SystemPackage[]}
 */
export function listPackages(forTests) {
  const file = new URL('./system-packages.json', import.meta.url);
  /** @type {{ packages: SystemPackage[] }} */
  const list = JSON.parse(readFileSync(file, 'utf8'));
  return list.packages.filter((entry) => forTests || entry.for === 'build');
}

/**
 * Is a command on PATH?
 * @param {string} name
 */
function hasCommand(name) {
  return searchPath.split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Runs a command quietly.
 * @param {string} command
 * @param {string[]} parameters
 * @returns {{ ok: boolean, output: string }} `ok` is false, too, when the command is not there
 */
function ask(command, parameters) {
  const answer = spawnSync(command, parameters, { encoding: 'utf8', env: environment });
  return { ok: answer.status === 0, output: answer.stdout ?? '' };
}

/**
 * Versions of the installed ones among some packages, as dpkg knows them.
 * @param {string[]} names
 * @returns {Map<string, string>} upstream version by package name; without epoch and revision
 */
function installedVersions(names) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query fills it in
  const format = '${Package} ${db:Status-Status} ${Version}\n';
  /** @type {Map<string, string>} */
  const versions = new Map();
  for (const line of ask('dpkg-query', ['-W', '-f', format, ...names]).output.split('\n')) {
    const [name, status, version] = line.split(' ');
    if (!name || status !== 'installed' || !version) continue;
    versions.set(name, version.replace(/^\d+:/, '').replace(/-[^-]*$/, ''));
  }
  return versions;
}

/**
 * Compares versions number by number.
 * @param {string} version
 * @param {string} minimum
 */
export function isAtLeast(version, minimum) {
  const have = version.split(/\D+/).map(Number);
  for (const [position, wanted] of minimum.split('.').map(Number).entries()) {
    const difference = (have[position] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
}

/**
 * Is a package there although dpkg does not list it (built by hand, or another distribution)?
 * @param {SystemPackage} entry
 */
function isFoundOtherwise(entry) {
  const { command, pkgConfig } = entry.found;
  if (command) return hasCommand(command);
  if (pkgConfig) {
    const wanted = entry.minimum ? `${pkgConfig} >= ${entry.minimum}` : pkgConfig;
    return ask('pkg-config', ['--exists', wanted]).ok;
  }
  // Only Debian splits this out of clang; elsewhere clang brings it.
  return !hasCommand('dpkg-query');
}

/**
 * Clang's major version: of the installed one, else of the one apt would install.
 * @param {string | undefined} installed version of the installed one
 */
function clangMajor(installed) {
  if (installed) return /^\d+/.exec(installed)?.[0] ?? installed;
  const candidate = /Candidate: (?:\d+:)?(\d+)/.exec(ask('apt-cache', ['policy', 'clang']).output);
  return candidate?.[1] ?? '14';
}

/**
 * Which packages are missing, and which are too old.
 * @param {boolean} forTests
 * @returns {{ missing: SystemPackage[], old: string[] }} `old` holds finished sentences
 */
function look(forTests) {
  const listed = listPackages(forTests);
  const named = listed.map((entry) => entry.package.replace('{clang}', '*'));
  const versions = installedVersions(named);
  const clang = forTests ? clangMajor(versions.get('clang')) : '';
  const entries = listed.map((entry) => ({
    ...entry,
    package: entry.package.replace('{clang}', clang),
  }));
  const missing = entries.filter(
    (entry) => !versions.has(entry.package) && !isFoundOtherwise(entry),
  );
  const old = entries.flatMap((entry) => {
    const version = versions.get(entry.package);
    if (!version || !entry.minimum || isAtLeast(version, entry.minimum)) return [];
    return [`${entry.package} is ${version} here, ${entry.minimum} or newer is needed`];
  });
  return { missing, old };
}

/**
 * What this process may do. `sudo -n true` neither asks nor changes anything.
 * @returns {Rights}
 */
function findRights() {
  const root = process.geteuid?.() === 0;
  const silent = !root && hasCommand('sudo') && ask('sudo', ['-n', 'true']).ok;
  return {
    apt: hasCommand('apt-get'),
    root,
    sudo: !hasCommand('sudo') ? 'absent' : silent ? 'silent' : 'asks',
    terminal: process.stdin.isTTY === true && process.stderr.isTTY === true,
  };
}

/**
 * Decides how packages get installed.
 * @param {SystemPackage[]} missing at least one
 * @param {Rights} rights
 * @returns {{ prefix: string[], askFirst: boolean }} what to put before apt-get, and whether sudo
 *   must ask for a password before
 * @throws {Refusal} with the command to type, where this process may not install
 */
export function planInstallation(missing, rights) {
  const names = missing.map((entry) => entry.package).join(' ');
  const install = `apt-get install -y --no-install-recommends ${names}`;
  if (!rights.apt) {
    const needs = missing.map((entry) => `  ${entry.package}: ${entry.why}\n`).join('');
    throw new Refusal(
      `these packages (named as in Debian) are missing, and this system has no apt-get:\n${needs}` +
        `Install what your system calls them, or on Debian 12, Ubuntu 24.04 or newer type:\n` +
        `  sudo apt-get update && sudo ${install}`,
    );
  }
  if (rights.root) return { prefix: [], askFirst: false };
  if (rights.sudo === 'silent') return { prefix: ['sudo', '-n'], askFirst: false };
  if (rights.sudo === 'asks' && rights.terminal) return { prefix: ['sudo'], askFirst: true };
  const why =
    rights.sudo === 'absent'
      ? 'there is no sudo. As root, type:\n  apt-get update && '
      : 'sudo wants a password and nobody can type it here. Type:\n  sudo apt-get update && sudo ';
  throw new Refusal(`missing: ${names}. This is not root, and ${why}${install}`);
}

/**
 * Runs apt-get, whose lists may be absent on a fresh machine.
 * @param {SystemPackage[]} missing
 * @param {string[]} prefix
 */
async function install(missing, prefix) {
  const apt = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', `PATH=${searchPath}`, 'apt-get'];
  const wait = ['-o', 'DPkg::Lock::Timeout=300'];
  const run = (/** @type {string} */ title, /** @type {string[]} */ rest) => {
    const [command = 'env', ...parameters] = [...apt, ...wait, ...rest];
    return runVisibly(title, command, parameters, { env: environment });
  };
  // A source that cannot be reached does not matter if another one has the packages.
  await run('reading the package lists', ['update']);
  const known = missing.filter(
    (entry) => !entry.optional || ask('apt-cache', ['show', entry.package]).ok,
  );
  const names = known.map((entry) => entry.package);
  const parameters = ['install', '-y', '--no-install-recommends', ...names];
  const code = await run(`installing ${names.join(' ')}`, parameters);
  if (code !== 0) {
    const command = [...prefix, 'apt-get', ...parameters].join(' ');
    throw new Refusal(
      `apt-get could not install them (above is what it said). Type:\n  ${command}`,
    );
  }
}

/**
 * Makes sure that every system package of a job is there.
 * @param {boolean} forTests
 * @throws {Refusal} where something is missing and may not be installed, or is too old
 */
export async function ensureSystemPackages(forTests) {
  let found = look(forTests);
  if (found.missing.some((entry) => !entry.optional)) {
    const { prefix, askFirst } = planInstallation(found.missing, findRights());
    if (askFirst) {
      say(`sudo asks for your password to install system packages`);
      const asked = spawnSync('sudo', ['-v'], { stdio: 'inherit', env: environment });
      if (asked.status !== 0) planInstallation(found.missing, { ...findRights(), terminal: false });
    }
    await install(found.missing, prefix);
    found = look(forTests);
  }
  const absent = found.missing.filter((entry) => !entry.optional).map((entry) => entry.package);
  if (absent.length > 0) throw new Refusal(`${absent.join(', ')}: still missing after installing`);
  if (found.old.length > 0) {
    throw new Refusal(
      `${found.old.join('; ')}. Debian 12, Ubuntu 24.04 and newer bring versions that work.`,
    );
  }
}
