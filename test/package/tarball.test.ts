/** loomgen itself, as npm packs it: outside of the repository, with what the package holds. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';
import { project } from '../generator/workspace.ts';
import { output, repository } from './consumer.ts';

const folder = mkdtempSync(join(tmpdir(), 'loom-tarball-'));
test.after.always(() => rmSync(folder, { recursive: true, force: true }));
const installed = join(folder, 'node_modules/loomgen');

test.before('it is packed, and unpacked beside what it depends on', () => {
  output(repository, [process.execPath, 'setup/bundle.mjs']);
  const options = ['--silent', '--ignore-scripts', '--pack-destination', folder];
  const name = output(repository, ['npm', 'pack', ...options]).trim();
  mkdirSync(installed, { recursive: true });
  output(folder, ['tar', '-xzf', name, '-C', installed, '--strip-components', '1']);
  const text = readFileSync(join(repository, 'package.json'), 'utf8');
  const { dependencies } = JSON.parse(text) as { dependencies: Record<string, string> };
  for (const each of Object.keys(dependencies)) {
    const place = join(folder, 'node_modules', each);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(repository, 'node_modules', each), place);
  }
});

test('a profiling build finds its grammar and its templates', (t) => {
  const small = project(t);
  const loomgen = [process.execPath, join(installed, 'bin/loomgen.js')];
  output(small, [...loomgen, 'build', '--trace', '--no-compile', '--quiet']);
  const copy = readFileSync(join(small, 'out-trace/traced/small.hpp'), 'utf8');
  t.true(copy.includes('LOOM_ZONE("Small::on_data"'));
});

test('the docs that messages name are in it', (t) => {
  for (const name of ['PROFILING', 'BLOCKING', 'PERFORMANCE', 'OPERATIONS']) {
    t.true(existsSync(join(installed, `docs/${name}.md`)), name);
  }
});
