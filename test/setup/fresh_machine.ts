/**
 * A machine that has never seen the project, in a temporary folder: a PATH on which only imitations
 * of dpkg-query, apt-get, apt-cache, sudo and npm are found, and a copy of what setup itself is
 * made of. Each imitation writes down how it was called.
 */

import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** How the imitations behave. */
export interface Habits {
  /** There is an apt-get. */
  apt: boolean;
  /** What apt-get exits with. */
  aptCode: number;
  /** Versions by package that differ from 99 once installed. */
  versions: Record<string, string>;
}

/** What one run left behind. */
export interface Answer {
  /** Exit code. */
  code: number | null;
  /** Everything said on stderr. */
  talk: string;
  /** Everything on stdout. */
  data: string;
  /** The calls of imitations since the run before, without dpkg-query's. */
  calls: string[];
}

// The imitations are shell scripts; `$state` is the machine's folder.
const imitations = {
  'dpkg-query': `shift 2
while read -r name version; do
  for pattern in "$@"; do case "$name" in $pattern) echo "$name installed 1:$version-1";; esac; done
done < "$state/installed"`,
  'apt-get': `while [ "$1" = -o ]; do shift 2; done
echo "apt-get $*" >> "$state/calls"
[ "$1" = install ] || exit 0
shift 3
for name; do echo "$name $(grep "^$name " "$state/versions" | cut -d' ' -f2 | grep . || echo 99)"
done >> "$state/installed"
echo "Setting up $1"`,
  'apt-cache': `[ "$1" = policy ] && echo '  Candidate: 1:14.0-55'; exit 0`,
  sudo: `[ "$1" = -n ] && shift; exec "$@"`,
  npm: `echo "npm $*" >> "$state/calls"; echo 'added 1 package'; mkdir -p node_modules/one
cp package-lock.json node_modules/.package-lock.json; echo '{}' > node_modules/one/package.json`,
};

/** One machine; dispose of it after use. */
export class FreshMachine implements Disposable {
  readonly #state = mkdtempSync(join(tmpdir(), 'loom-machine-'));

  constructor(habits: Habits) {
    const bin = join(this.#state, 'bin');
    mkdirSync(bin);
    for (const [name, body] of Object.entries(imitations)) {
      if (!habits.apt && name.startsWith('apt-')) continue;
      const answer = name === 'apt-get' ? `\nexit ${habits.aptCode}` : '';
      const text = `#!/bin/sh\nstate='${this.#state}'\n${body}${answer}\n`;
      writeFileSync(join(bin, name), text, { mode: 0o755 });
    }
    for (const tool of ['env', 'cut', 'grep', 'mkdir', 'cp', 'true']) {
      const real = ['/usr/bin', '/bin'].map((folder) => join(folder, tool)).find(existsSync);
      writeFileSync(join(bin, tool), `#!/bin/sh\nexec ${real} "$@"\n`, { mode: 0o755 });
    }
    const versions = Object.entries({ clang: '14', ...habits.versions }).map(
      (entry) => `${entry.join(' ')}\n`,
    );
    writeFileSync(join(this.#state, 'versions'), versions.join(''));
    writeFileSync(join(this.#state, 'installed'), '');
    writeFileSync(join(this.#state, 'calls'), '');
    this.#copySetup();
  }

  /** The repository as far as setup reads it, with one npm package in its lock file. */
  #copySetup(): void {
    const folder = join(this.#state, 'repository');
    cpSync(join(repository, 'setup'), join(folder, 'setup'), { recursive: true });
    const lock = { lockfileVersion: 3, packages: { '': {}, 'node_modules/one': { version: '1' } } };
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    // Setup hands the bundle to a script of its own; here it is only written down.
    const bundle = `import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
appendFileSync('${this.#state}/calls', 'bundle\\n');
mkdirSync('dist', { recursive: true });
writeFileSync('dist/cli.js', '');\n`;
    writeFileSync(join(folder, 'setup', 'bundle.mjs'), bundle);
  }

  /** Marks a package as installed, as if someone had done it before. */
  install(name: string, version: string): void {
    appendFileSync(join(this.#state, 'installed'), `${name} ${version}\n`);
  }

  /** Runs `setup/main.mjs` with nobody at the keyboard. */
  run(...parameters: string[]): Answer {
    const folder = join(this.#state, 'repository');
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [join(folder, 'setup/main.mjs'), ...parameters],
      { cwd: folder, env: { PATH: join(this.#state, 'bin') }, encoding: 'utf8', input: '' },
    );
    const log = join(this.#state, 'calls');
    const calls = readFileSync(log, 'utf8').split('\n').filter(Boolean);
    writeFileSync(log, '');
    return { code: status, talk: stderr, data: stdout, calls };
  }

  /** Removes the machine. */
  [Symbol.dispose](): void {
    rmSync(this.#state, { recursive: true });
  }
}
