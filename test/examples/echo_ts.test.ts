/**
 * The example of an echo in TypeScript as its README says: the folder is copied, built by the
 * command line, and its main.ts is run by tsx; clients are of node:net, which nobody here wrote.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { backends, closed, dial, readExactly } from '../bindings/built_program.ts';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
/** As far as git is concerned, there is nothing in it; what was built is found again. */
const copy = join(root, '.cache/examples');
const example = join(copy, 'examples/echo-ts');
const sockets = mkdtempSync(join(tmpdir(), 'loom-echo-ts-'));
const running = new Set<ChildProcess>();

test.before('examples/echo-ts builds', async (t) => {
  t.timeout(300_000);
  cpSync(join(root, 'examples/echo-ts'), example, { recursive: true });
  const config = join(example, 'loom.config.ts');
  await run(process.execPath, ['bin/loomgen.js', 'build', config, '--quiet'], { cwd: root });
});

test.after.always('nothing is left', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(sockets, { recursive: true, force: true });
});

/** A started main.ts. */
interface Echo {
  child: ChildProcess;
  tcp: string;
  local: string;
}

/** Starts main.ts and reads where it listens. */
async function start(backend: string, tcp = '127.0.0.1:0'): Promise<Echo> {
  const local = join(sockets, `${backend}-${running.size}.sock`);
  const script = ['--import', import.meta.resolve('tsx'), join(example, 'main.ts')];
  const options = ['--backend', backend, '--tcp', tcp, '--local', local];
  const child = spawn(process.execPath, [...script, ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  running.add(child);
  const [line = ''] = (await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    once(child, 'exit').then(([code]) => {
      throw new Error(`main.ts ended with ${code} before it listened`);
    }),
  ])) as [string];
  const [address = '', path = ''] = line.split(' ');
  return { child, tcp: address, local: path };
}

for (const backend of backends) {
  test(`${backend}: main.ts gives everything back and ends when it is interrupted`, async (t) => {
    const { child, tcp, local } = await start(backend);
    const text = randomBytes(1 << 20);
    for (const address of [tcp, local]) {
      const socket = await dial(address);
      const answer = readExactly(socket, text.length);
      socket.end(text);
      t.true((await answer).equals(text), address);
      t.false(await closed(socket));
    }
    // One more stays connected: an interruption ends it, and the process.
    const last = await dial(tcp);
    const isClosed = closed(last);
    const exit = once(child, 'exit');
    child.kill('SIGINT');
    t.deepEqual(await exit, [0, null]);
    await isClosed;
  });
}

test('main.ts says why it cannot listen', async (t) => {
  const first = await start('epoll');
  const second = spawn(
    process.execPath,
    [
      ...['--import', import.meta.resolve('tsx'), join(example, 'main.ts')],
      ...['--tcp', first.tcp, '--local', join(sockets, 'second.sock')],
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  running.add(second);
  let said = '';
  second.stderr.on('data', (chunk) => {
    said += chunk;
  });
  const [code] = (await once(second, 'close')) as [number];
  t.is(code, 2);
  t.regex(said, /^LOOM\d{4}: fds\.tcp: .*Address already in use/m);
  first.child.kill('SIGTERM');
});
