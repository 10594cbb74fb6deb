/**
 * Addons to ship are the same bytes wherever they are compiled. `npm run platforms -- --twice`
 * shows it of every target and both backends; here it is the smallest program, on epoll.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { build } from '../../generator/commands/build.ts';
import { thisMachine } from '../../templates/bindings/prebuilds.ts';
import { emptyFolder } from './workspace.ts';

/** A handler that has in it where the compiler found it. */
const handler = `#pragma once
#include <small/handlers.hpp>
struct Small : small::SmallBase<Small> {
  void on_data(auto& connection, loom::Bytes bytes) {
    if (bytes.size() == 77) this->reactor().log(__FILE__);
    connection.write(bytes);
  }
};
`;

const config = `import { defineLoom, tcpServer } from 'loomgen';
export default defineLoom({
  name: 'small',
  out: './out',
  reactors: { main: {} },
  fds: { port: tcpServer('127.0.0.1:0', { on: 'main', handler: 'Small' }) },
  handlers: './small.hpp',
});
`;

/** Compiles the program in a new folder of some name; gives the addon. */
async function compiled(t: ExecutionContext, below: string): Promise<Buffer> {
  const directory = join(emptyFolder(t), below);
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'loom.config.ts'), config);
  writeFileSync(join(directory, 'small.hpp'), handler);
  const target = `linux-${process.arch}${thisMachine().library === 'musl' ? '-musl' : ''}`;
  const result = await build({
    ...{ config: 'loom.config.ts', directory, target, backend: ['epoll'] },
    // What was compiled before in the other folder would be given out again.
    environment: { ...process.env, CCACHE_DISABLE: '1' },
  });
  t.deepEqual(result.diagnostics, []);
  return readFileSync(join(directory, `out/build/${target}/small.node`));
}

test('an addon to ship has the same bytes in another folder', async (t) => {
  t.timeout(240_000);
  const [first, second] = await Promise.all([compiled(t, 'first'), compiled(t, 'the/second')]);
  t.true(first.equals(second));
  t.true(first.includes('small.hpp'), 'it has a path in it');
});
