/** render: strict templates, and emitted text that is formatted, short and in bounds. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import test from 'ava';
import { render, whyNotStandalone } from '../../generator/render.ts';
import { compileTemplate } from '../../generator/template.ts';
import type { Ir } from '../../schemas/ir.ts';
import { sampleIr, streamFd } from './ir_sample.ts';
import { emptyFolder, repository } from './workspace.ts';

const require = createRequire(import.meta.url);

/** Text that a program's config decides, without what is copied for every program. */
function own(ir: Ir): [string, string][] {
  return [...render(ir)].filter(
    ([path]) => !path.startsWith('runtime/') && !path.startsWith('bindings/loom/'),
  );
}

/** The sample with the longest names that a config may have, and long addresses. */
function longNames(): Ir {
  const name = 'a_rather_long_name_of_32_letters';
  const type = 'ARatherLongNameOf32LettersInType';
  const ir = sampleIr();
  ir.name = name;
  const [first, second] = ir.reactors;
  if (first === undefined || second === undefined) throw new Error('the sample has two reactors');
  first.name = name;
  first.typeName = type;
  for (const fd of first.fds) if (fd.kind === 'unixServer') fd.address = `/tmp/${'x'.repeat(102)}`;
  const options = { ...streamFd('x', {}).options, backlog: 1024, keepAliveIdleSeconds: 60 };
  second.fds = [
    streamFd('market', {
      index: 1,
      handler: 'Book',
      address: `${'label.'.repeat(14)}example:65535`,
      options: { ...options, keepAliveIntervalSeconds: 10, keepAliveCount: 5 },
    }),
  ];
  return withLongTypes(ir);
}

/** The same with names of 32 letters for the types of messages, their fields and values. */
function withLongTypes(ir: Ir): Ir {
  const lower = (index: number) => `${'abcdefgh'[index]}_rather_long_name_of_32_letters`;
  const renamed = new Map([
    ['Level', 'LRatherLongNameOf32LettersInType'],
    ['Side', 'SRatherLongNameOf32LettersInType'],
    ['Trade', 'TRatherLongNameOf32LettersInType'],
  ]);
  const text = JSON.stringify([ir.messages, ir.structs, ir.enumerations]).replace(
    /"(Level|Side|Trade)"/g,
    (_, name: string) => JSON.stringify(renamed.get(name)),
  );
  const [messages, structs, enumerations] = JSON.parse(text);
  const long = { ...ir, messages, structs, enumerations } as Ir;
  for (const { fields } of [...long.messages, ...(long.structs ?? [])]) {
    for (const [index, field] of fields.entries()) field.name = lower(index);
  }
  for (const { values } of long.enumerations ?? []) {
    for (const [index, value] of values.entries()) value.name = lower(index);
  }
  return long;
}

for (const [source, view] of [
  ['{{missing}}', {}],
  ['{{#each missing}}x{{/each}}', {}],
  ['{{#each text}}x{{/each}}', { text: 'abc' }],
  ['{{#if missing}}x{{/if}}', {}],
  ['{{#if text}}x{{/if}}', { text: 'abc' }],
  ['{{#each list}}{{missing}}{{/each}}', { list: [{}] }],
  ['{{#each list}}{{../missing}}{{/each}}', { list: [{}] }],
  ['{{#unless yes}}x{{/unless}}', { yes: false }],
  ['{{#with part}}x{{/with}}', { part: {} }],
  ['{{lookup part name}}', { part: {}, name: 'x' }],
  ['{{> missing}}', {}],
] as const) {
  test(`a template cannot say ${source}`, (t) => {
    t.throws(() => compileTemplate(source)(view));
  });
}

test('a template prints values as they are', (t) => {
  const template = compileTemplate('{{#if yes}}{{#each list}}{{this}}<{{/each}}{{else}}n{{/if}}');
  t.is(template({ yes: true, list: ['&', '"', '{{x}}'] }), '&<"<{{x}}<');
  t.is(template({ yes: false, list: [] }), 'n');
});

const templates = join(repository, 'templates');
const sources = readdirSync(templates, { recursive: true, encoding: 'utf8' }).filter((path) =>
  path.endsWith('.hbs'),
);

test('a template has at most 60 lines of 100 columns', (t) => {
  t.true(sources.length > 10);
  for (const path of sources) {
    const lines = readFileSync(join(templates, path), 'utf8').trimEnd().split('\n');
    t.true(lines.length <= 60, `${path} has ${lines.length} lines`);
    t.deepEqual(
      lines.filter((line) => line.length > 100),
      [],
      path,
    );
  }
});

test('a timer that its handler arms is a member of that handler, bound before it starts', (t) => {
  const ir = sampleIr();
  const reactor = ir.reactors.find(({ fds }) => fds.some((fd) => fd.kind === 'timer'));
  const timer = reactor?.fds.find((fd) => fd.kind === 'timer');
  if (reactor === undefined || timer?.kind !== 'timer') throw new Error('the sample has a timer');
  Object.assign(timer, { handler: 'Clock', firstNanoseconds: 0, everyNanoseconds: 0 });
  reactor.handlers = [{ name: 'Clock', fds: [timer.name] }];
  const text = own(ir)
    .map(([, each]) => each)
    .join('');
  t.regex(
    text,
    /class ClockBase : public .*\{\n public:\n {2}\/\/\/ .*\n {2}loom::Timer seconds;\n/,
  );
  const bound = text.indexOf('handlers_.clock.seconds = timers_.seconds.handle();');
  t.true(bound > 0 && bound < text.indexOf('handlers_.clock.on_start();'));
});

test('only a reactor with requests has a case for them and shows its handlers', (t) => {
  const ir = sampleIr();
  const [reactor] = ir.reactors.filter(({ handlers }) => handlers.length > 0);
  if (reactor === undefined) throw new Error('the sample has handlers');
  const text = (): string =>
    own(ir)
      .map(([, each]) => each)
      .join('');
  t.notRegex(text(), /request_completed|each_handler/);
  reactor.requests = 4;
  t.regex(text(), /case loom::common_operation::request:\n\s+return this->request_completed\(/);
  t.regex(text(), /void each_handler\(Visit&& visit\) noexcept \{\n\s+visit\(handlers_\.\w+\);/);
  t.regex(text(), /std::uint32_t requests = 4;/);
});

test('only a choice of the clock is written into the shapes', (t) => {
  const shapes = (ir: Ir) => own(ir).flatMap(([, text]) => text.match(/.*ClockChoice.*/g) ?? []);
  t.deepEqual(shapes(sampleIr()), []);
  const line = '  static constexpr loom::ClockChoice clock = loom::ClockChoice::tsc;';
  t.deepEqual(shapes({ ...sampleIr(), clock: 'tsc' }), [line, line]);
});

/** More fds on one reactor than one file has room for, with names of 32 letters. */
function manyFds(): Ir {
  const ir = sampleIr();
  const [reactor] = ir.reactors;
  if (reactor === undefined) throw new Error('the sample has reactors');
  const letters = 'abcdefghi';
  reactor.fds = [...letters].map((letter, index) => ({
    ...streamFd(`${letter}_rather_long_name_of_32_letters`, { index, handler: 'Book' }),
    typeName: `${letter.toUpperCase()}RatherLongNameOf32Letters`,
  }));
  reactor.handlers = [{ name: 'Book', fds: reactor.fds.map(({ name }) => name) }];
  return ir;
}

test('a reactor of many fds has its shape and its switch in files of their own', (t) => {
  const files = new Map(own(manyFds()));
  const name = sampleIr().reactors[0]?.name;
  t.regex(files.get(`src/${name}.hpp`) ?? '', /#include "shapes\/\w+\.hpp"/);
  t.true(files.has(`src/shapes/${name}.hpp`));
  t.regex(files.get(`src/dispatch/${name}.hpp`) ?? '', /switch \(completion/);
});

for (const [name, ir] of [
  ['the sample', sampleIr()],
  ['long names', longNames()],
  ['many fds', manyFds()],
] as const) {
  test(`${name}: files have at most 150 lines of 100 columns, LF, and end with one`, (t) => {
    for (const [path, text] of own(ir)) {
      t.false(text.includes('\r'), path);
      t.true(text.endsWith('\n') && !text.endsWith('\n\n'), path);
      if (path.endsWith('.json')) continue;
      t.true(text.split('\n').length <= 151, path);
      // The row of a table is one line.
      if (path.endsWith('.md')) continue;
      t.deepEqual(
        text.split('\n').filter((line) => line.length > 100),
        [],
        path,
      );
    }
  });
}

/** What the pinned clang-format makes of C++ files. */
function formatted(t: Parameters<typeof emptyFolder>[0], files: [string, string][]): string[] {
  const folder = emptyFolder(t);
  const style = readFileSync(join(repository, '.clang-format'), 'utf8');
  writeFileSync(join(folder, '.clang-format'), style);
  const binary = join(dirname(require.resolve('clang-format')), 'bin', 'linux_x64', 'clang-format');
  const program = existsSync(binary) ? binary : 'clang-format';
  for (const [path, text] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return files.map(([path]) => {
    const run = spawnSync(program, ['--style=file', path], { cwd: folder, encoding: 'utf8' });
    t.is(run.status, 0, run.stderr);
    return run.stdout;
  });
}

for (const [name, ir] of [
  ['the sample', sampleIr()],
  ['long names', longNames()],
  ['many fds', manyFds()],
] as const) {
  test(`${name}: clang-format changes nothing`, (t) => {
    const files = own(ir).filter(([path]) => /\.[ch]pp$/.test(path));
    t.true(files.length >= 9);
    const results = formatted(t, files);
    for (const [index, [path, text]] of files.entries()) t.is(results[index], text, path);
  });
}

test('runtime and bindings are copied byte for byte', (t) => {
  const files = render(sampleIr());
  const from = readFileSync(join(templates, 'runtime/loom/core.hpp'), 'utf8');
  t.is(files.get('runtime/loom/core.hpp'), from);
  const open = readFileSync(join(templates, 'bindings/open.ts'), 'utf8');
  t.is(files.get('bindings/loom/open.ts'), open);
});

test('the representation is emitted as it came', (t) => {
  t.deepEqual(JSON.parse(render(sampleIr()).get('loom.ir.json') ?? ''), sampleIr());
});

test('every own file opens with who made it, from what, and how to make it again', (t) => {
  for (const [path, text] of own(sampleIr())) {
    if (path.endsWith('.json') || path === 'src/addon.cpp') continue;
    const [first = '', second = ''] = text.split('\n');
    t.regex(
      first,
      /Generated by loomgen from \.\.\/\.\.\/examples\/feed\/loom\.config\.ts\./,
      path,
    );
    t.regex(second, /npx loomgen build \.\.\/\.\.\/examples\/feed\/loom\.config\.ts/, path);
  }
});

test('a program that needs JavaScript has no standalone executable and says why', (t) => {
  const files = render(sampleIr());
  t.false(files.has('src/standalone.cpp'));
  t.regex(files.get('map.txt') ?? '', /No standalone executable: fds\.control, fds\.seconds/);
  const ir = sampleIr();
  ir.reactors = ir.reactors.filter(({ name }) => name === 'md');
  t.is(whyNotStandalone(ir), null);
  t.true(render(ir).has('src/standalone.cpp'));
  t.regex(render(ir).get('CMakeLists.txt') ?? '', /add_executable\(feed src\/standalone\.cpp/);
});

test('many messages and fds become a file each', (t) => {
  const ir = sampleIr();
  const [message] = ir.messages;
  if (message === undefined) throw new Error('the sample has a message');
  ir.messages = Array.from({ length: 40 }, (_, n) => ({ ...message, name: `Top${n}` }));
  ir.messages.push(message);
  const files = render(ir);
  t.true(files.has('include/feed/messages/Top7.hpp'));
  t.regex(files.get('include/feed/messages.hpp') ?? '', /#include "messages\/Top7\.hpp"/);
  t.regex(files.get('bindings/messages.ts') ?? '', /export \* from '\.\/messages\/Top7\.ts'/);
  t.regex(files.get('bindings/messages/Top7.ts') ?? '', /from '\.\.\/loom\/message_view\.ts'/);
});
