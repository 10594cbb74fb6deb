/** The winner of `loomgen tune` in the config's place: what is refused, and what the file keeps. */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { defaultCacheFolder } from '../../generator/cache_folder.ts';
import { load } from '../../generator/load.ts';
import { stampKey, writeStamp } from '../../generator/stamp.ts';
import { buildLoadGenerator } from '../../generator/tune/load_generator.ts';
import { type LoadedConfig, type Variant, variantOf } from '../../generator/tune/variant.ts';
import { accept, propose } from '../../generator/tune/write_config.ts';
import { emptyFolder } from './workspace.ts';

/** A config whose reactors are given. */
const configOf = (reactors: string): string => `
import { defineLoom, tcpServer } from 'loomgen';
const own = { wait: 'spin' } as const; // Mine.
export default defineLoom({
  name: 'echo',
  reactors: ${reactors},
  fds: {
    one: tcpServer('127.0.0.1:0', { on: 'main', handler: 'Echo' }),
    two: tcpServer('127.0.0.1:0', { on: 'other', handler: 'Echo' }),
  },
  handlers: './echo.hpp',
});
`;
const usual = configOf("{ main: { wait: 'spin' }, other: own }");
const wanted = usual.replace("main: { wait: 'spin' }", "main: { wait: 'block' }");

/** A folder with a handler. */
function folderOf(t: ExecutionContext): string {
  const folder = emptyFolder(t);
  writeFileSync(join(folder, 'echo.hpp'), '#pragma once\n');
  return folder;
}

/** A config as it was loaded, and the variant of it in which the main reactor blocks. */
async function blocking(file: string): Promise<[LoadedConfig, Variant, string]> {
  const loaded = await load(file);
  if (loaded.kind !== 'config') throw new Error('no config');
  const plan = join(file, '../plan');
  const choice = { path: ['reactors', 'main', 'wait'], value: 'block' };
  const winner = await variantOf(loaded, [choice], plan);
  if ('diagnostics' in winner) throw new Error(winner.diagnostics[0]?.message);
  return [loaded, winner, plan];
}

/** Why nothing is proposed for a config; the text that is, where something is. */
async function proposed(given: Awaited<ReturnType<typeof blocking>>): Promise<string> {
  const proposal = await propose(...given);
  if (!('diagnostics' in proposal)) return proposal.after;
  const [said] = proposal.diagnostics;
  return `${said?.code}: ${said?.message} ${said?.fix}`;
}

test('a place that two parts share is not written, whatever its text', async (t) => {
  const folder = folderOf(t);
  const file = join(folder, 'loom.config.ts');
  writeFileSync(file, configOf('{ main: own, other: own }'));
  const said = await proposed(await blocking(file));
  t.regex(said, /^LOOM2022: .* would give another program, so that more depends on it/);
  t.deepEqual(readdirSync(folder).sort(), ['echo.hpp', 'loom.config.ts']);
});

test('a config that is a link elsewhere is tried as what it is from there', async (t) => {
  const folder = folderOf(t);
  mkdirSync(join(folder, 'real'));
  mkdirSync(join(folder, 'node_modules'));
  const real = join(folder, 'real', 'shared.ts');
  writeFileSync(real, usual);
  const file = join(folder, 'loom.config.ts');
  symlinkSync(real, file);
  const given = await blocking(file);
  const keptIn = () => readdirSync(join(folder, 'node_modules'), { recursive: true });
  const kept = keptIn();
  t.true(kept.length > 0, 'the config itself is kept there');
  t.is(await proposed(given), wanted);
  t.deepEqual(keptIn(), kept);
});

test('bytes that would be lost and a file that is gone leave it to the user', async (t) => {
  const folder = folderOf(t);
  const file = join(folder, 'loom.config.ts');
  const latin = Buffer.from(usual.replace('Mine', 'M\u00fcller'), 'latin1');
  writeFileSync(file, latin);
  const given = await blocking(file);
  const said = await proposed(given);
  t.regex(said, /^LOOM2022: .* no UTF-8.* Set it yourself - reactors\.main\.wait: 'block'/);
  t.deepEqual(readFileSync(file), latin);
  rmSync(file);
  t.regex(await proposed(given), /^LOOM2022: .*: it is not there\. Set it yourself - /);
  const beside = { file, before: usual, after: wanted };
  rmSync(folder, { recursive: true });
  t.is(await accept(beside), 'it is not there');
});

test('a config that changes while it is asked about stays as it is then', async (t) => {
  const folder = emptyFolder(t);
  const file = join(folder, 'loom.config.ts');
  const proposal = { file, before: usual, after: wanted };
  writeFileSync(file, `${usual}// New.\n`);
  t.is(await accept(proposal), 'it was changed in the meantime');
  t.is(readFileSync(file, 'utf8'), `${usual}// New.\n`);
  writeFileSync(file, usual);
  t.is(await accept(proposal), undefined);
  t.is(readFileSync(file, 'utf8'), wanted);
  t.deepEqual(readdirSync(folder), ['loom.config.ts']);
});

test('a config keeps permissions and owner, and stays where it is write-protected', async (t) => {
  const file = join(emptyFolder(t), 'loom.config.ts');
  const proposal = { file, before: usual, after: wanted };
  writeFileSync(file, usual);
  chmodSync(file, 0o444);
  t.regex((await accept(proposal)) ?? '', /^(?:it is write-protected|permission denied)$/);
  t.is(readFileSync(file, 'utf8'), usual);
  chmodSync(file, 0o666);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) chownSync(file, 1, 2);
  const before = statSync(file);
  t.is(await accept(proposal), undefined);
  const { mode, uid, gid } = statSync(file);
  t.deepEqual([mode, uid, gid], [before.mode, before.uid, before.gid]);
  t.is(readFileSync(file, 'utf8'), wanted);
});

test('what is in the cache has no stamp, and a cache that is in the way is not used', (t) => {
  const folder = emptyFolder(t);
  const cache = join(folder, 'node_modules/.cache/loomgen');
  mkdirSync(cache, { recursive: true });
  const config = join(cache, 'tune-1/1/loom.ir.json');
  t.is(defaultCacheFolder(config), cache);
  const stamp = { installation: '', name: '', out: '', noStandalone: null, manifest: '' };
  const inputs = { reads: { files: {}, variables: {} }, paths: [] };
  writeStamp({ ...stamp, key: stampKey({ config }, folder), inputs, presets: {} });
  t.deepEqual(readdirSync(cache), []);
  rmSync(join(cache, '..'), { recursive: true });
  writeFileSync(join(cache, '..'), '');
  t.not(defaultCacheFolder(config), cache);
});

test('the load generator is compiled by all the words of CXX', async (t) => {
  const folder = emptyFolder(t);
  const compiler = join(folder, 'compiler.sh');
  writeFileSync(compiler, 'echo "$@" > words\n'.replace('words', join(folder, 'words')));
  await buildLoadGenerator(folder, { PATH: process.env.PATH, CXX: `sh ${compiler} -pipe` });
  t.regex(readFileSync(join(folder, 'words'), 'utf8'), /^-pipe -std=c\+\+20 /);
});
