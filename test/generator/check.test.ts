/** The stage `check`: it collects everything, hides nothing, and lets no text through as code. */
import test from 'ava';
import fc from 'fast-check';
import { collide, type Listener, parseHostPort } from '../../generator/address.ts';
import { check } from '../../generator/check.ts';
import { checkIr } from '../../generator/check_ir.ts';
import { lower } from '../../generator/lower.ts';
import { closest, editDistance } from '../../generator/report/suggest.ts';
import { reservedNames } from '../../templates/bindings/descriptor.ts';
import { arbitraryConfig } from './arbitrary_config.ts';

const echo = {
  name: 'echo',
  reactors: { main: {} },
  fds: { tcp: { kind: 'tcpServer', address: '127.0.0.1:7001', on: 'main', handler: 'Echo' } },
  handlers: './echo.hpp',
};

const codesOf = (value: unknown): string[] => check(value).diagnostics.map((each) => each.code);

test('a right config has no diagnostics and every default', (t) => {
  const { config, diagnostics } = check(echo);
  t.deepEqual(diagnostics, []);
  t.like(config, {
    out: './generated',
    backends: { linux: ['io_uring', 'epoll'] },
    reactors: { main: { core: 'any', wait: { spin: 20_000 }, submitBatch: 64 } },
    fds: { tcp: { connections: 64, writeQueue: 262_144, noDelay: true, full: 'refuse' } },
  });
});

test('the shapes of the examples in the design pass', (t) => {
  const stats = { kind: 'timer', on: 'main', every: '1s', handler: 'Stats' };
  t.deepEqual(codesOf({ ...echo, fds: { ...echo.fds, stats } }), []);
  const channels = { top: { kind: 'channel', from: 'main', to: 'js', message: 'Top' } };
  const messages = { Top: { kind: 'struct', fields: [{ name: 'symbol', type: 'u16' }] } };
  t.deepEqual(codesOf({ ...echo, messages, channels }), []);
});

test('one mistake hides no other', (t) => {
  const value = {
    name: 'Echo',
    reactors: { main: { core: 5000, wiat: 'spin' }, other: {} },
    fds: {
      tcp: { kind: 'tcpServer', address: 'nowhere', on: 'mian', connections: -1, handler: 'Echo' },
      again: { kind: 'tcpServer', address: '127.0.0.1:70000', on: 'main', nodelay: true },
      local: { kind: 'unixServer', address: '', on: 'main', framing: { kind: 'lines' } },
    },
    channels: { stop: { kind: 'channel', from: 'main', to: 'shm', message: 'Top', capacity: 3 } },
    native: { sources: ['/abs.cpp'] },
  };
  const expected = ['LOOM1201', 'LOOM1204', 'LOOM1207', 'LOOM1208', 'LOOM1301', 'LOOM1302'];
  expected.push('LOOM1401', 'LOOM1403', 'LOOM1404', 'LOOM1407', 'LOOM1501', 'LOOM1502', 'LOOM1504');
  expected.push('LOOM1702');
  t.deepEqual([...new Set(codesOf(value))].sort(), expected);
});

test('no value whatever makes it throw', (t) => {
  const keys = fc.constantFrom(
    ...['name', 'reactors', 'fds', 'kind', 'on', 'framing', 'messages', 'fields', 'channels'],
    ...['main', 'tcp', '__proto__', 'constructor', 'native', 'sources', 'backends', 'linux'],
  );
  const words = fc.constantFrom('tcp', 'timer', 'struct', 'channel', 'line', 'main', '64K', '1s');
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'medium' },
      fc.oneof(words, fc.anything({ maxDepth: 0 })),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(keys, tie('tree'), { maxKeys: 6 }),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      t.true(check(value).config === undefined || check(value).diagnostics.length >= 0);
    }),
    { numRuns: 500 },
  );
});

test('a list is not an object', (t) => {
  t.true(codesOf({ ...echo, fds: [] }).includes('LOOM1203'));
  t.true(codesOf({ ...echo, channels: [] }).includes('LOOM1203'));
  t.true(codesOf([]).includes('LOOM1203'));
});

test('__proto__ is a name like another: refused', (t) => {
  const value = JSON.parse(
    JSON.stringify(echo)
      .replace('"tcp":', '"__proto__":')
      .replace('"main":{}', '"main":{},"constructor":{}'),
  );
  const { config, diagnostics } = check(value);
  t.is(config, undefined);
  t.true(diagnostics.some((each) => each.message.includes("'__proto__'")));
  t.true(diagnostics.some((each) => each.message.includes("'constructor'")));
});

test('properties of the emitted program are names that nothing else may have', (t) => {
  for (const name of reservedNames) {
    const codesFound = codesOf({ ...echo, fds: { [name]: echo.fds.tcp } });
    t.true(codesFound.includes('LOOM1302'), name);
  }
});

/** Puts a text at one of the places where a config may have a name or a string. */
const injections: Record<string, (text: string) => unknown> = {
  'the name of the program': (text) => ({ ...echo, name: text }),
  'the name of a reactor': (text) => ({
    ...echo,
    reactors: { [text]: {} },
    fds: { tcp: { ...echo.fds.tcp, on: text } },
  }),
  'the name of an fd': (text) => ({ ...echo, fds: { [text]: echo.fds.tcp } }),
  'an address': (text) => ({ ...echo, fds: { tcp: { ...echo.fds.tcp, address: text } } }),
  'a host': (text) => ({ ...echo, fds: { tcp: { ...echo.fds.tcp, address: `${text}:80` } } }),
  'a unix path': (text) => ({
    ...echo,
    fds: { tcp: { kind: 'unix', address: text, on: 'main', handler: 'Echo' } },
  }),
  'a handler': (text) => ({ ...echo, fds: { tcp: { ...echo.fds.tcp, handler: text } } }),
  'the header': (text) => ({ ...echo, handlers: text }),
  'a source': (text) => ({ ...echo, native: { sources: [text] } }),
  'a folder': (text) => ({ ...echo, native: { includeDirectories: [text] } }),
  'a package': (text) => ({ ...echo, native: { pkgConfig: [text] } }),
  'a message': (text) => ({
    ...echo,
    messages: { [text]: { kind: 'struct', fields: [{ name: 'bid', type: 'i64' }] } },
  }),
  'a field': (text) => ({
    ...echo,
    messages: { Top: { kind: 'struct', fields: [{ name: text, type: 'i64' }] } },
  }),
  'a channel': (text) => ({
    ...echo,
    messages: { Top: { kind: 'struct', fields: [{ name: 'bid', type: 'i64' }] } },
    channels: { [text]: { kind: 'channel', from: 'main', to: 'js', message: 'Top' } },
  }),
};

const payloads = [
  '"; system("id"); //',
  "'; process.exit(1); //",
  '*/ int main() {} /*',
  '`${process.exit(1)}`',
  '$(touch /tmp/x)',
  '${ENV{HOME}}',
  'a;b',
  'a\nb',
  'a\r\n#include "/etc/passwd"',
  'x\u2028y',
  'x\u202ey',
  '\\',
  '<script>',
  '??/',
  '%s%n',
  '__proto__',
  'class',
  'Class',
  'R"(',
];

for (const [place, put] of Object.entries(injections)) {
  test(`no text injects code as ${place}`, (t) => {
    const text = fc.oneof(
      fc.constantFrom(...payloads),
      fc
        .tuple(fc.constantFrom('a', 'Echo', './x'), fc.constantFrom(...payloads))
        .map((each) => each.join('')),
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
      fc.stringMatching(/^[A-Za-z_./"'`;$\\ ]{1,12}$/),
    );
    fc.assert(
      fc.property(text, (given) => {
        const { config, diagnostics } = check(put(given));
        if (config === undefined) {
          t.true(diagnostics.some((each) => each.severity === 'error'));
          for (const each of diagnostics) t.notRegex(each.message + each.fix, /\p{Cc}/u);
          return;
        }
        const ir = lower(config, { outToConfig: '.' });
        t.truthy(checkIr(ir).ir);
        JSON.stringify(ir, (key, item: unknown) => {
          for (const each of [key, item]) {
            if (typeof each === 'string')
              t.notRegex(each, /["'`$\\;<>*?{}#|&]|\p{Cc}|\p{Cf}|[\u2028\u2029]/u);
          }
          return item;
        });
      }),
      { numRuns: 300 },
    );
  });
}

test('addresses are read and refused as written', (t) => {
  t.deepEqual(parseHostPort('127.0.0.1:80'), { host: '127.0.0.1', port: 80, family: 'IPv4' });
  t.deepEqual(parseHostPort('[::1]:80'), { host: '::1', port: 80, family: 'IPv6' });
  t.deepEqual(parseHostPort('Feed.Example:80'), { host: 'feed.example', port: 80, family: 'name' });
  for (const text of [
    '',
    ':',
    'a',
    'a:',
    'a:b',
    '[::1]',
    '[]:1',
    '::1',
    '1.2.3:4',
    'a b:1',
    '-a:1',
  ]) {
    t.true('reason' in parseHostPort(text), text);
  }
});

test('listeners collide as bind(2) would', (t) => {
  const tcp = (address: string, more: Partial<Listener> = {}): Listener => {
    return { kind: 'tcpServer', address, reusePort: false, ipv6Only: false, ...more };
  };
  const cases: [boolean, Listener, Listener][] = [
    [true, tcp('127.0.0.1:1'), tcp('127.0.0.1:1')],
    [false, tcp('127.0.0.1:1'), tcp('127.0.0.1:2')],
    [false, tcp('127.0.0.1:1'), tcp('127.0.0.2:1')],
    [false, tcp('127.0.0.1:0'), tcp('127.0.0.1:0')],
    [true, tcp('0.0.0.0:1'), tcp('127.0.0.1:1')],
    [true, tcp('127.0.0.1:1'), tcp('0.0.0.0:1')],
    [false, tcp('0.0.0.0:1'), tcp('[::1]:1')],
    [true, tcp('[::]:1'), tcp('127.0.0.1:1')],
    [false, tcp('[::]:1', { ipv6Only: true }), tcp('127.0.0.1:1')],
    [true, tcp('[::]:1', { ipv6Only: true }), tcp('[::1]:1')],
    [true, tcp('[::]:1'), tcp('0.0.0.0:1')],
    [true, tcp('[::1]:1'), tcp('[0:0:0::1]:1')],
    [true, tcp('localhost:1'), tcp('127.0.0.1:1')],
    [false, tcp('127.0.0.1:1', { reusePort: true }), tcp('127.0.0.1:1', { reusePort: true })],
    [true, tcp('127.0.0.1:1', { reusePort: true }), tcp('127.0.0.1:1')],
    [true, tcp('/a/b', { kind: 'unixServer' }), tcp('/a/./b', { kind: 'unixServer' })],
    [false, tcp('/a/b', { kind: 'unixServer' }), tcp('/a/c', { kind: 'unixServer' })],
  ];
  for (const [expected, first, second] of cases) {
    t.is(collide(first, second), expected, `${first.address} and ${second.address}`);
    t.is(collide(second, first), expected, `${second.address} and ${first.address}`);
  }
});

test('the closest word is the one that was meant', (t) => {
  t.is(editDistance('conections', 'connections'), 1);
  t.is(editDistance('mian', 'main'), 1);
  t.is(editDistance('', 'abc'), 3);
  t.is(closest('nodelay', ['noDelay', 'backlog']), 'noDelay');
  t.is(closest('xyz', ['noDelay', 'backlog']), undefined);
  t.is(closest('x'.repeat(1000), ['x']), undefined);
});

test('configs of every shape pass', (t) => {
  fc.assert(
    fc.property(arbitraryConfig, (value) => {
      const errors = check(value).diagnostics.filter((each) => each.severity === 'error');
      t.deepEqual(errors, []);
    }),
    { numRuns: 60 },
  );
});
