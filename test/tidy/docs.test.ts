/**
 * What the documents tell a reader to type exists, and what they point at is there.
 */

import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import test from 'ava';
import type { Source } from './sources.ts';
import { offences, root, sources } from './sources.ts';

const isDocument = ({ path }: Source): boolean =>
  path.endsWith('.md') && !path.startsWith('test/cases/');

const manifest = JSON.parse(sources.find(({ path }) => path === 'package.json')?.text ?? '{}') as {
  scripts: Record<string, string>;
};

/** Scripts that npm runs without `run`. */
const shortForms = new Set(['test', 'start']);

test('every npm script that a document names exists', (t) => {
  const unknown = offences(isDocument, function* ({ lines }) {
    for (const [index, line] of lines.entries()) {
      for (const [, run, name = ''] of line.matchAll(/\bnpm (run )?([a-z][\w:-]*)/g)) {
        if ((run || shortForms.has(name)) && !(name in manifest.scripts)) {
          yield [index + 1, `npm ${run ?? ''}${name} is not a script`];
        }
      }
    }
  });
  t.deepEqual(unknown, []);
});

test('every loomgen command that a document names exists', (t) => {
  const unknown = offences(isDocument, function* ({ lines }) {
    for (const [index, line] of lines.entries()) {
      for (const [, verb = ''] of line.matchAll(/(?:npx loomgen|^loomgen|`loomgen) ([a-z]+)/g)) {
        if (!existsSync(join(root, `generator/commands/${verb}.ts`))) {
          yield [index + 1, `loomgen ${verb} is not a command`];
        }
      }
    }
  });
  t.deepEqual(unknown, []);
});

test('every file that a document points at or runs is there', (t) => {
  const absent = offences(isDocument, function* ({ path, lines }) {
    for (const [index, line] of lines.entries()) {
      const links = [...line.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(
        ([, link = '']) => normalize(join(dirname(path), link)),
      );
      const runs = [...line.matchAll(/\b((?:examples|setup|test|generated)\/[\w./-]+\.\w+)/g)].map(
        ([, file = '']) => file,
      );
      for (const file of [...links, ...runs]) {
        // Made by the build, not committed.
        if (/(?:^|\/)build\//.test(file)) continue;
        if (!existsSync(join(root, file))) yield [index + 1, `${file} does not exist`];
      }
    }
  });
  t.deepEqual(absent, []);
});

/** An excerpt in a document: a comment that names the file, then a block with some of its text. */
const excerpt = /<!-- excerpt: (\S+) -->\n+```\w*\n(.*?)\n```/gs;

test('every excerpt in a document is still what the file says', (t) => {
  const changed = offences(isDocument, function* ({ text }) {
    for (const match of text.matchAll(excerpt)) {
      const [, file = '', block = ''] = match;
      const line = text.slice(0, match.index).split('\n').length;
      const original = sources.find(({ path }) => path === file)?.text;
      if (original === undefined) yield [line, `${file} does not exist`];
      // A line with nothing but … stands for lines left out.
      const parts = block.split(/\n[ \t]*(?:\/\/ )?…[^\n]*\n/);
      const missing = parts.find((part) => !original?.includes(part.trimEnd()));
      if (missing !== undefined) yield [line, `${file} does not say: ${missing.trim()}`];
    }
  });
  t.deepEqual(changed, []);
});
