/**
 * Rules about files as text: how wide, how long, how they begin and end, and what must not be in
 * them. Emitted files keep the rules that a reader of a review needs; copies and fixtures keep
 * none.
 */

import test from 'ava';
import type { Source } from './sources.ts';
import { isCopy, isCxx, isData, isEmitted, isFixture, isScript, isTemplate } from './sources.ts';
import { offences } from './sources.ts';

const maximumColumns = 100;
const maximumLines = 300;
const maximumTemplateLines = 60;
const maximumEmittedLines = 150;

const isProse = ({ path }: Source): boolean => path.endsWith('.md') || path === 'LICENSE';
const isCode = (source: Source): boolean =>
  !isProse(source) && !isData(source) && !isFixture(source) && !isCopy(source);

/** Yields every line that a pattern matches. */
function* matching(source: Source, pattern: RegExp, what: string): Generator<[number, string]> {
  for (const [index, line] of source.lines.entries()) {
    if (pattern.test(line)) yield [index + 1, what];
  }
}

test('no line is wider than 100 columns', (t) => {
  const wide = offences(isCode, function* ({ lines }) {
    for (const [index, line] of lines.entries()) {
      const columns = [...line].length;
      if (columns > maximumColumns) yield [index + 1, `${columns} columns`];
    }
  });
  t.deepEqual(wide, []);
});

test('no file is longer than a reader wants', (t) => {
  const limitFor = (source: Source): number => {
    if (isEmitted(source)) return maximumEmittedLines;
    return isTemplate(source) ? maximumTemplateLines : maximumLines;
  };
  const long = offences(isCode, function* (source) {
    const limit = limitFor(source);
    if (source.lines.length > limit)
      yield [limit, `${source.lines.length} lines, at most ${limit}`];
  });
  t.deepEqual(long, []);
});

test('every source file opens by saying what it is about', (t) => {
  const opensWithComment = /^(?:#![^\n]*\n)?\s*(?:\/\/|\/\*|#(?!\s*(?:include|pragma))|\{\{[!>])/;
  const needsOpening = (source: Source): boolean =>
    isScript(source) ||
    isCxx(source) ||
    (isEmitted(source) && !isCopy(source) && /\.(?:ts|hpp|cpp)$/.test(source.path)) ||
    /(?:CMakeLists\.txt|\.cmake|\.sh)$/.test(source.path);
  const silent = offences(needsOpening, function* ({ text }) {
    if (!opensWithComment.test(text)) yield [1, 'opens without a comment'];
  });
  t.deepEqual(silent, []);
});

test('no trailing space, no tab, no carriage return, one newline at the end', (t) => {
  const isText = (source: Source): boolean => !isFixture(source);
  const untidy = offences(isText, function* (source) {
    yield* matching(source, /[^\S\n]$/, 'trailing space or carriage return');
    yield* matching(source, /\t/, 'tab');
    if (!source.text.endsWith('\n')) yield [source.lines.length, 'no newline at the end'];
    if (source.text.endsWith('\n\n')) yield [source.lines.length, 'empty line at the end'];
  });
  t.deepEqual(untidy, []);
});

test('whoever makes a temporary folder removes it', (t) => {
  const leaving = offences(isScript, function* (source) {
    if (/\brmSync\(/.test(source.text)) return;
    yield* matching(source, /\bmkdtemp(?:Sync)?\(/, 'makes a folder that stays');
  });
  t.deepEqual(leaving, []);
});

test('nothing names a registry or a folder of the machine it was written on', (t) => {
  // Assembled from parts, or this file would be its own offence.
  const registries = ['npm' + 'js', 'yarn' + 'pkg', 'npm' + 'mirror'].join('|');
  const registry = new RegExp(`\\b(?:registry\\.[a-z]|[a-z.]*(?:${registries})\\.(?:org|com))`);
  const home = new RegExp(`(?:^|[\\s'"\`=(])(?:/home/|/Users/|/root/|/wo${'rk'}/)[\\w.-]`);
  const revealing = offences(
    () => true,
    function* (source) {
      yield* matching(source, registry, 'names a registry host');
      yield* matching(source, home, 'names an absolute home path');
    },
  );
  t.deepEqual(revealing, []);
});
