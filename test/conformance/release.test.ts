/**
 * The scenario list on both backends as users compile it; in a sandbox that forbids io_uring; and
 * what keeps a program from starting.
 */

import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { buildTool } from './build.ts';
import { boundedPart, buildAll, declareScenarios, playOnce, scenarios } from './play.ts';
import { Program } from './program.ts';

const executables = buildAll('release');

for (const backend of ['io_uring', 'epoll'] as const) {
  declareScenarios(test, backend, async () => ({ executables: await executables, backend }));
}

/** What the log says of a sandbox's answer. */
const reasons = {
  EPERM: /refused by a seccomp filter/,
  ENOSYS: /has no io_uring/,
  EINVAL: /the kernel is older than 6\.1; update it/,
} as const;

/** The backend is the same whatever the answer was: the second time a sixth of them is played. */
const sixth = scenarios.filter((_, index) => index % 6 === 0);
const played = { ENOSYS: boundedPart(scenarios, 3), EPERM: sixth, EINVAL: [] };

for (const error of ['EPERM', 'ENOSYS', 'EINVAL'] as const) {
  const stage = async () => ({
    executables: await executables,
    backend: 'declared' as const,
    launcher: [await buildTool('sandbox'), error],
  });
  declareScenarios(test, `io_uring answers ${error}`, stage, played[error]);

  test(`io_uring answers ${error}: the program says that it runs on epoll, and why`, async (t) => {
    t.timeout(240_000);
    const timers = scenarios.find(({ name }) => name === 'timers');
    if (timers === undefined) return t.fail('the scenario is gone');
    const { talk, backends } = await playOnce(await stage(), timers, 1);
    t.deepEqual(backends, [2]);
    t.true(talk.some((line) => /runs on epoll/.test(line) && reasons[error].test(line)));
    t.log(talk.find((line) => line.includes('runs on epoll')));
  });

  test(`io_uring answers ${error}: asked for by name, it is LOOM5001`, async (t) => {
    t.timeout(240_000);
    const { server } = await executables;
    const parameters = [error, server, '--backend', 'io_uring'];
    const ending = await new Program(await buildTool('sandbox'), parameters).ended();
    t.is(ending.exitCode, 2);
    t.regex(ending.talk.join('\n'), /LOOM5001 io_uring: .*keep epoll/);
  });
}

/** Starts the client program with `parameters`, which must keep it from starting. */
async function refusal(name: 'server' | 'client', parameters: readonly string[]) {
  const ending = await new Program((await executables)[name], parameters).ended();
  return { exitCode: ending.exitCode, talk: ending.talk.join('\n') };
}

for (const backend of ['io_uring', 'epoll']) {
  test(`${backend}: a port in use is LOOM5002, and no reactor runs on`, async (t) => {
    t.timeout(240_000);
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    for (const fd of ['script', 'aside']) {
      const path = join(tmpdir(), `loom-conformance-${process.pid}-${backend}.sock`);
      const { exitCode, talk } = await refusal('server', [
        ...['--backend', backend, '--address', `${fd}=127.0.0.1:${port}`],
        ...['--address', `local=${path}`],
      ]);
      t.false(existsSync(path), 'the path of another fd is gone again');
      t.is(exitCode, 2);
      t.regex(
        talk,
        new RegExp(`LOOM5002 fds.${fd}: cannot bind 127.0.0.1:${port}: Address already`),
      );
      t.regex(talk, /stop that one or choose another address/);
    }
    holder.close();
  });

  test(`${backend}: a core that is not allowed is LOOM5003`, async (t) => {
    t.timeout(240_000);
    const { exitCode, talk } = await refusal('client', [
      '--backend',
      backend,
      '--core',
      'main=999',
    ]);
    t.is(exitCode, 2);
    t.regex(talk, /LOOM5003 reactors.main: core 999 does not exist .* allowed are [\d,-]+\./);
  });

  test(`${backend}: an address without a port is LOOM5005`, async (t) => {
    t.timeout(240_000);
    const { exitCode, talk } = await refusal('client', [
      ...['--backend', backend],
      ...['--address', 'dialer=127.0.0.1'],
    ]);
    t.is(exitCode, 2);
    t.regex(talk, /LOOM5005 fds.dialer: the address '127.0.0.1' has no port/);
  });
}

test('a backend that the program was built without is LOOM5001', async (t) => {
  t.timeout(240_000);
  const { exitCode, talk } = await refusal('client', ['--backend', 'kqueue']);
  t.is(exitCode, 2);
  t.regex(talk, /LOOM5001 reactors.main: this program was built without the backend 'kqueue'/);
});

test('an option that does not exist is refused with the usage', async (t) => {
  t.timeout(240_000);
  const { exitCode, talk } = await refusal('client', ['--bakend', 'epoll']);
  t.is(exitCode, 2);
  t.regex(talk, /cannot use '--bakend epoll'[\s\S]*usage:/);
});
