/** The text of a config with choices made in it: what changes, what stays, what is refused. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { editConfig } from '../../generator/tune/edit_config.ts';
import { lineDifference } from '../../generator/tune/source_text.ts';
import type { Choice } from '../../generator/tune/variant.ts';
import { emptyFolder } from './workspace.ts';

const wait = (value: Choice['value']): Choice => ({ path: ['reactors', 'main', 'wait'], value });
const read: Choice = { path: ['fds', 'tcp', 'receive', 'strategy'], value: 'direct' };

/** A config whose reactor and options of its only fd are given. */
function configOf(reactor: string, options: string): string {
  return `// Mine.
import { defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo', // short
  reactors: { main: ${reactor} },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', ${options}),
  },
  handlers: './echo.hpp',
});
`;
}

/** The lines that choices change, or the reasons why they cannot be made. */
function changes(text: string, choices: readonly Choice[], file = '/nowhere/loom.config.ts') {
  const { text: after, refused } = editConfig(file, text, choices);
  return refused.length > 0
    ? refused.map(({ reason }) => reason)
    : lineDifference(text, after).filter((line) => !line.startsWith(' '));
}

test('a literal takes the place of a literal, and nothing else changes', (t) => {
  const text = configOf("{ wait: 'spin' /* hot */ }", "{ on: 'main', handler: 'Echo' }");
  t.deepEqual(changes(text, [wait({ spin: '20us' })]), [
    "-   reactors: { main: { wait: 'spin' /* hot */ } },",
    "+   reactors: { main: { wait: { spin: '20us' } /* hot */ } },",
  ]);
});

test('a key is added to an object as it is laid out', (t) => {
  const options = "{ on: 'main', handler: 'Echo' }";
  t.deepEqual(changes(configOf('{}', options), [wait('block'), read]), [
    '-   reactors: { main: {} },',
    "+   reactors: { main: { wait: 'block' } },",
    "-     tcp: tcpServer('127.0.0.1:7001', { on: 'main', handler: 'Echo' }),",
    "+     tcp: tcpServer('127.0.0.1:7001', { on: 'main', handler: 'Echo', receive: " +
      "{ strategy: 'direct' } }),",
  ]);
  const lines = '{\n    submitBatch: 32, // few\n  }';
  t.deepEqual(changes(configOf(lines, options), [wait('block')]), ["+     wait: 'block',"]);
  const open = '{\n    submitBatch: 32 // few\n  }';
  t.deepEqual(changes(configOf(open, options), [wait('block')]), [
    '-     submitBatch: 32 // few',
    '+     submitBatch: 32, // few',
    "+     wait: 'block'",
  ]);
  const behind = '{ submitBatch: 32 /* few, */, }';
  t.deepEqual(changes(configOf(behind, options), [wait('block')]), [
    '-   reactors: { main: { submitBatch: 32 /* few, */, } },',
    "+   reactors: { main: { submitBatch: 32 /* few, */, wait: 'block', } },",
  ]);
  const onlyComment = '{ /* nothing */ }';
  t.deepEqual(changes(configOf(onlyComment, options), [wait('block')]), [
    '-   reactors: { main: { /* nothing */ } },',
    "+   reactors: { main: { wait: 'block', /* nothing */ } },",
  ]);
});

test('quotes, line ends and a byte order mark stay what they are', (t) => {
  const text = configOf('{\n    wait: "spin",\n  }', '{ on: "main" }').replaceAll("'", '"');
  const windows = `\ufeff${text.replaceAll('\n', '\r\n')}`;
  const choice: Choice = { path: ['reactors', 'main', 'submitBatch'], value: 16 };
  const { text: after, refused } = editConfig('/nowhere/loom.config.ts', windows, [
    wait('block'),
    choice,
  ]);
  t.deepEqual(refused, []);
  const wanted = windows.replace('wait: "spin",', 'wait: "block",\r\n    submitBatch: 16,');
  t.is(after, wanted);
});

test('JSON stays JSON', (t) => {
  const text = '{\n  "name": "echo",\n  "reactors": { "main": {} }\n}\n';
  const choices = [wait({ spin: '20us' }), { path: ['backends', 'linux'], value: ['epoll'] }];
  const { text: after, refused } = editConfig('/nowhere/loom.config.json', text, choices);
  t.deepEqual(refused, []);
  t.deepEqual(JSON.parse(after), {
    name: 'echo',
    reactors: { main: { wait: { spin: '20us' } } },
    backends: { linux: ['epoll'] },
  });
});

test('what is no literal of this file is refused with the reason', (t) => {
  const folder = emptyFolder(t);
  const file = join(folder, 'loom.config.ts');
  writeFileSync(join(folder, 'shared.ts'), "export const hot = { wait: 'spin' } as const;\n");
  const options = "{ on: 'main' }";
  const refused: [text: string, reason: string][] = [
    [configOf("{ wait: process.env.CI ? 'block' : 'spin' }", options), 'it is no literal there'],
    [`const wait = 'spin';\n${configOf('{ wait }', options)}`, 'it is no literal there'],
    [configOf("{ wait: { spin: '20us' /* why */ } }", options), 'it is no literal there'],
    [
      `import { hot } from './shared.ts';\n${configOf('hot', options)}`,
      'it is imported from shared.ts',
    ],
    [configOf('make()', options), 'what it belongs to is computed'],
    ['export const other = 1;\n', 'what it exports is not written there'],
  ];
  for (const [text, reason] of refused) {
    t.deepEqual(changes(text, [wait('block')], file), [reason], text);
  }
});

test('a difference shows what goes and what comes, with a line around it', (t) => {
  t.deepEqual(lineDifference('a\nb\nc\nd\ne', 'a\nb\nx\nd\ne'), ['  b', '- c', '+ x', '  d']);
  t.deepEqual(lineDifference('a\nb', 'a\nb'), []);
  t.deepEqual(lineDifference('a', 'a\nb'), ['  a', '+ b']);
  t.deepEqual(lineDifference('a\nb\nc\na\nb\nb\na', 'c\nb\na\nb\na\nc'), [
    ...['- a', '- b', '  c', '+ b', '  a', '  b', '- b', '  a', '+ c'],
  ]);
});

test('a difference of long texts takes as much as they differ, and has a bound', (t) => {
  const line = (_: unknown, at: number): string => `line ${at}`;
  const long = Array.from({ length: 50_000 }, line);
  const changed = ['line 0', 'x', ...long.slice(2, 49_998), 'line 49999'];
  const wanted = ['  line 0', '- line 1', '+ x', '  line 2'];
  const end = ['  line 49997', '- line 49998', '  line 49999'];
  t.deepEqual(lineDifference(long.join('\n'), changed.join('\n')), [...wanted, ...end]);
  const other = long.slice(0, 600).map((text) => `other ${text}`);
  const difference = lineDifference(long.slice(0, 600).join('\n'), other.join('\n'));
  t.is(difference.length, 1200);
  t.deepEqual(difference.slice(0, 1), ['- line 0']);
});
