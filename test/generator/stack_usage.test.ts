/**
 * Stacks against the compiler's evidence: the depth of call graphs as g++ writes them, and two
 * builds of one program, of which one keeps 100 KB on a stack of 16 KiB.
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { type CallGraph, deepest, readCallGraph, readFrames } from '../../generator/stack_usage.ts';
import { emptyFolder, loomgen, matchesFixture } from './workspace.ts';

const by = 'stack_usage';

function node(key: string, bytes: number, kind = 'static'): string {
  const label = `int ${key}()\\nfile.cpp:1:1\\n${bytes} bytes (${kind})`;
  return `node: { title: "${key}" label: "${label}" }`;
}
const edge = (from: string, to: string): string =>
  `edge: { sourcename: "${from}" targetname: "${to}" label: "file.cpp:2:2" }`;

function graphOf(...lines: string[]): CallGraph {
  const graph: CallGraph = new Map();
  readCallGraph(['graph: { title: "file.cpp"', ...lines, '}'].join('\n'), graph);
  return graph;
}

test('the deepest chain is the one with the most bytes, not the longest', (t) => {
  const depth = deepest(
    graphOf(
      ...[node('main', 100), node('wide', 5000), node('a', 10), node('b', 20), node('c', 30)],
      ...[edge('main', 'a'), edge('a', 'b'), edge('b', 'c'), edge('main', 'wide')],
    ),
    'main',
  );
  t.is(depth.bytes, 5100);
  t.deepEqual(
    depth.chain.map(({ name }) => name),
    ['int main()', 'int wide()'],
  );
  t.is(depth.open.size, 0);
});

test('recursion, pointers, dynamic frames and libraries leave the depth open', (t) => {
  const library = 'node: { title: "printf" label: "int printf()\\nstdio.h:1:1" shape : ellipse }';
  const depth = deepest(
    graphOf(
      ...[node('main', 16), node('again', 32), node('array', 64, 'dynamic'), library],
      ...[edge('main', 'again'), edge('again', 'again'), edge('again', 'array')],
      ...[edge('array', '__indirect_call'), edge('array', 'printf')],
    ),
    'main',
  );
  t.is(depth.bytes, 112);
  t.deepEqual([...depth.open].sort(), [
    'a call through a pointer',
    'a frame of dynamic size in int array()',
    'functions of libraries',
    'recursion in int again()',
  ]);
});

test('a function that several units describe counts once, with its largest frame', (t) => {
  const graph = graphOf(node('main', 16), edge('main', 'shared'), node('shared', 100));
  readCallGraph(`${node('shared', 300)}\n${node('shared', 200)}`, graph);
  t.is(deepest(graph, 'main').bytes, 316);
});

test("clang's frames have no return address and no calls", (t) => {
  const graph: CallGraph = new Map();
  readFrames('file.cpp:9:_ZN1A4bodyEPv\t100\tstatic\n', graph);
  const depth = deepest(graph, '_ZN1A4bodyEPv');
  t.is(depth.bytes, 108);
  t.deepEqual([...depth.open], ['a call through a pointer']);
});

const config = `import { defineLoom, line, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'small',
  out: './out',
  backends: { linux: ['epoll'] },
  reactors: { main: {} },
  stacks: {
    deep: { bytes: '256K', count: 2 },
    flat: { bytes: '16K', count: 2 },
  },
  fds: {
    port: tcpServer('127.0.0.1:0', {
      on: 'main', handler: 'Small', style: { fiber: 'flat' }, framing: line(), connections: 2,
    }),
  },
  handlers: './small.hpp',
});
`;

const handler = (bytes: number, spawned: number): string => `#pragma once
#include <small/handlers.hpp>
struct Small : small::SmallBase<Small> {
  void run(auto& connection) {
    static_cast<void>(loom::this_threads_fibers().spawn(small::stacks::deep, "spawned", [] {
      volatile char buffer[${spawned}];
      buffer[0] = 1;
    }));
    while (const auto line = connection.read()) {
      if (!connection.write_frame(reversed(*line))) return;
    }
  }
  [[gnu::noinline]] static loom::Bytes reversed(loom::Bytes bytes) {
    volatile char copy[${bytes}];
    for (unsigned n = 0; n < bytes.size() && n < sizeof copy; ++n) copy[n] = bytes.text()[n];
    return copy[0] == 'x' ? loom::Bytes() : bytes;
  }
};
`;

const compiler = spawnSync(process.env.CXX ?? 'c++', ['--version'], { encoding: 'utf8' }).stdout;
const knowsCalls = /Free Software Foundation/.test(compiler);

(knowsCalls ? test.serial : test.serial.skip)(
  'a handler with 100 KB of locals is refused on 16 KiB and fits 256 KiB',
  (t) => {
    t.timeout(600_000);
    const folder = emptyFolder(t);
    writeFileSync(join(folder, 'loom.config.ts'), config);
    writeFileSync(join(folder, 'small.hpp'), handler(100_000, 300_000));
    const refused = loomgen(folder, ['build']);
    t.is(refused.status, 2, refused.stderr);
    t.regex(refused.stderr, /^ +(?:99|10\d)\d{3} {2}.*Small::reversed/m);
    // The frames are the compiler's; the fixture has the words.
    const words = refused.stderr
      .replace(/^ +\d+ {2}.*\n/gm, '')
      .replace(/\d{6} bytes of stack/g, 'N bytes of stack');
    matchesFixture(t, 'LOOM2017-stack', by, words.replace(/to '\d{3}K'/g, "to 'NK'"));
    const again = loomgen(folder, ['build']);
    t.is(again.status, 2, 'it is refused until something changes');
    writeFileSync(join(folder, 'small.hpp'), handler(100_000, 1000));
    writeFileSync(join(folder, 'loom.config.ts'), config.replace("fiber: 'flat'", "fiber: 'deep'"));
    const accepted = loomgen(folder, ['build', '--verbose']);
    t.is(accepted.status, 0, accepted.stderr);
    t.regex(accepted.stderr, /stack: a fiber of fds.port goes \d+ of 262144 bytes of 'deep' deep/);
    writeFileSync(join(folder, 'loom.config.ts'), config);
    writeFileSync(join(folder, 'small.hpp'), handler(500, 500));
    const small = loomgen(folder, ['build']);
    t.is(small.status, 0, small.stderr);
  },
);
