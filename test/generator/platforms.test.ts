/** Platforms besides Linux: what a program for them has, and what it may not ask for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { checkRequests } from '../../generator/blocking/requests.ts';
import { factsOf } from '../../generator/blocking/facts.ts';
import { build } from '../../generator/commands/build.ts';
import { render } from '../../generator/render.ts';
import { renderDiagnostics } from '../../generator/report/render.ts';
import { openCppTree } from '../../generator/trace/cpp_tree.ts';
import type { Ir } from '../../schemas/ir.ts';
import { sampleIr } from './ir_sample.ts';
import { matchesFixture, project } from './workspace.ts';

const parser = await openCppTree();
/** Below the working directory, so that it is shown alike wherever that is. */
const feed = join(process.cwd(), 'feed.hpp');
const ir: Ir = {
  ...sampleIr(),
  backends: { linux: ['io_uring', 'epoll'], darwin: ['kqueue'] },
};

/** What a source asks for that kqueue lacks, as it is shown. */
function lacking(text: string, given = ir): string {
  const facts = factsOf(parser, feed, text);
  return renderDiagnostics(checkRequests([facts], new Map([[feed, text]]), given));
}

test('a program for several platforms chooses its backends by the platform', (t) => {
  const program = render(ir).get('src/program.cpp') ?? '';
  t.true(
    program.includes(`#if defined(__linux__)
#include <loom/backend/epoll.hpp>
#include <loom/backend/io_uring.hpp>
#elif defined(__APPLE__)
#include <loom/backend/kqueue.hpp>
#else
#error "backends of the config names none for this platform"
#endif
`),
    program,
  );
  t.true(
    program.includes(`#if defined(__linux__)
  loom::run_reactor<Emitted, Shape, loom::IoUring, loom::Epoll>(run);
#elif defined(__APPLE__)
  loom::run_reactor<Emitted, Shape, loom::Kqueue>(run);
#endif
`),
    program,
  );
  const plain = render(sampleIr());
  t.false(plain.get('src/program.cpp')?.includes('#if'));
  t.true(plain.get('package.json')?.includes('"os": [\n    "linux"\n  ]') ?? true);
});

test('the package of such a program can be installed on each', async (t) => {
  const directory = project(t, '.', "backends: { freebsd: ['kqueue'], darwin: ['kqueue'] },");
  const result = await build({ directory, compile: false });
  t.deepEqual(result.diagnostics, []);
  const text = readFileSync(join(directory, 'out/package.json'), 'utf8');
  t.deepEqual((JSON.parse(text) as { os: string[] }).os, ['darwin', 'freebsd', 'linux']);
  const readme = readFileSync(join(directory, 'out/README.md'), 'utf8');
  t.regex(readme, /\nOn Linux, macOS and FreeBSD, where it has an addon/);
  const target = / --target linux-x64,linux-arm64,darwin-arm64,darwin-x64,freebsd-x64 --static\n/;
  t.regex(readme, target);
  const { backends: kept } = JSON.parse(
    readFileSync(join(directory, 'out/loom.ir.json'), 'utf8'),
  ) as { backends: object };
  t.deepEqual(kept, { linux: ['io_uring', 'epoll'], darwin: ['kqueue'], freebsd: ['kqueue'] });
  const again = await build({ directory, config: 'out/loom.ir.json', compile: false });
  t.deepEqual(again.diagnostics, []);
});

test('a handler may ask for what kqueue lacks only where Linux alone compiles it', (t) => {
  const asks = `struct Feed {
  void on_data(auto& connection, loom::Bytes bytes) {
    submit(loom::system::tee(1, 2, 4096, 0), 7);
  }
};
`;
  matchesFixture(t, 'LOOM1807-operation', 'platforms', lacking(asks));
  t.is(lacking(asks, { ...ir, backends: { linux: ['epoll'] } }), '');
  t.is(lacking('void f() { submit(loom::system::read(1, b), 7); other::tee(1, 2); }'), '');
  const windows: Ir = { ...ir, backends: { linux: ['epoll'], win32: ['iocp'] } };
  t.regex(lacking(asks, windows), /^error LOOM1807: .* asks for tee, which iocp does not have\./);
  const connects = 'void f() { auto a = loom::net::parse_address("x"); loom::net::connect(*a); }';
  t.regex(lacking(connects, windows), /^error LOOM1807: .* asks for connect, which iocp/);
  t.is(lacking(connects), '');
  const guarded = (line: string) => `void f() {\n${line}\n  system::tee(1, 2, 3, 0);\n#endif\n}`;
  t.is(lacking(guarded('#if defined(__linux__)')), '');
  t.is(lacking(guarded('#ifdef __linux__')), '');
  t.not(lacking(guarded('#ifdef __linux__\n#else')), '');
  t.not(lacking(guarded('#if defined(FAST)')), '');
  const inner = (word: string) => `#if defined(__linux__)\n#${word} X\n#define X 1\n#endif`;
  for (const word of ['ifndef', 'ifdef', 'if']) t.is(lacking(guarded(inner(word))), '', word);
  t.is(lacking(guarded('#ifdef FAST\n#elifdef __linux__')), '');
  t.not(lacking(guarded('#ifdef __linux__\n#elifdef FAST')), '');
  t.not(lacking(guarded('#ifdef __linux__\n#elifndef FAST')), '');
  t.not(lacking(guarded('#ifndef __linux__')), '');
});

test('what epoll lacks is refused where Linux has no other backend', (t) => {
  const text = 'void f() {\n#if defined(__linux__)\n  system::link_timeout(x);\n#endif\n}';
  const epoll: Ir = { ...ir, backends: { linux: ['epoll'] } };
  t.regex(lacking(text, epoll), /LOOM1807: f asks for link_timeout, which epoll does not have/);
  t.regex(lacking(text, epoll), /fix: Put 'io_uring' into backends.linux, or do without it\./);
  t.is(lacking(text, { ...ir, backends: { linux: ['io_uring', 'epoll'] } }), '');
  t.is(lacking('void f() { system::timeout(x); }', epoll), '');
});

test('loom::system is known by its other names, and where its functions are used plainly', (t) => {
  const after = (line: string, call: string) => lacking(`${line}\nvoid f() { ${call}; }`);
  const all = 'using namespace loom::system;';
  t.regex(after(all, 'tee(1, 2, 3, 0)'), /f asks for tee/);
  t.regex(lacking(`void f() { ${all} tee(1, 2, 3, 0); }`), /f asks for tee/);
  t.regex(after('using loom::system::tee;', 'tee(1, 2, 3, 0)'), /f asks for tee/);
  t.regex(after('namespace sys = ::loom::system;', 'sys::tee(1, 2, 3, 0)'), /f asks for tee/);
  for (const [line, call] of [
    ['', 'tee(1, 2, 3, 0)'],
    ['// using namespace loom::system;', 'tee(1, 2, 3, 0)'],
    [all, '::tee(1, 2, 3, 0)'],
    [`${all}\nvoid tee(int) {}`, 'tee(1)'],
    ['namespace sys = other::system;', 'sys::tee(1)'],
    ['using loom::system::read;', 'tee(1, 2, 3, 0)'],
  ] as const) {
    t.is(after(line, call), '', `${line} ${call}`);
  }
});
