/**
 * Command lines so plain that they mean the same to every parser: `build`, a config, the options
 * people use, each once and with nothing to guess. They are read here because yargs takes longer to
 * load than a build without changes takes; whatever else is typed is for yargs to read or refuse.
 */
import type { BuildArguments } from './commands/build_output.ts';

/** The options without a value, by how they are typed, and what each says. */
const flags: Readonly<Record<string, Partial<BuildArguments>>> = {
  '--check': { check: true },
  '--debug': { debug: true },
  '--dry-run': { dryRun: true },
  '--json': { json: true },
  '--no-compile': { compile: false },
  '--quiet': { quiet: true },
  '--release': {},
};

/** Pairs that exclude each other; yargs says so. */
const conflicts = [
  ['--release', '--debug'],
  ['--check', '--dry-run'],
] as const;

/** Whether a word can be nothing but a value: no option, no boolean, nothing to unquote. */
function isValue(word: string | undefined): word is string {
  return word !== undefined && /^[^-'"]/.test(word) && !/['"]$/.test(word) && !isBoolean(word);
}

/** What yargs takes for the value of an option before it. */
function isBoolean(word: string): boolean {
  return word === 'true' || word === 'false';
}

/**
 * What a plain `build` asks for.
 *
 * @param words what was typed after `loomgen`.
 * @returns null when it is for yargs to read.
 */
export function plainBuild(words: readonly string[]): BuildArguments | null {
  if (words[0] !== 'build') return null;
  const given: BuildArguments = {
    config: 'loom.config.ts',
    out: undefined,
    target: 'host',
    backend: undefined,
    compile: true,
  };
  const seen = new Set<string>();
  for (let index = 1; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const isConfig = isValue(word);
    const name = isConfig ? 'config' : word;
    if (seen.has(name)) return null;
    seen.add(name);
    if (isConfig) given.config = word;
    else if (Object.hasOwn(flags, word)) Object.assign(given, flags[word]);
    else if (word === '--out' || word === '--backend') {
      index += 1;
      const value = words[index];
      if (!isValue(value)) return null;
      if (word === '--out') given.out = value;
      else given.backend = value;
    } else return null;
  }
  return conflicts.some((pair) => pair.every((each) => seen.has(each))) ? null : given;
}
