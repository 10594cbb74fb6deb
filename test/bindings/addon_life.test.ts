/** Starting and ending a program: refusals, several instances, workers, signals, the process. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import test from 'ava';
import {
  type Built,
  buildEchoTs,
  closed,
  dial,
  type EchoTsModule,
  echo,
  freeAddresses,
  ownFolder,
  readExactly,
} from './built_program.ts';

let built: Built<EchoTsModule>;
test.before('build', async (t) => {
  t.timeout(240_000);
  built = await buildEchoTs();
});

/** Whether somebody echoes at an address. */
async function echoesAt(address: string): Promise<boolean> {
  const socket = await dial(address);
  socket.write('ping');
  const answer = String(await readExactly(socket, 4));
  socket.destroy();
  return answer === 'ping';
}

/** Runs a module in a process of its own; `open` and the arguments are there. */
function runScript(body: string, name: string): Promise<{ code: number; stdout: string }> {
  const { tcp, local } = freeAddresses(name);
  const script = `
    import { open } from ${JSON.stringify(built.index)};
    const program = await open({ addresses: ${JSON.stringify({ tcp, local })} });
    ${body}`;
  const path = join(ownFolder, `${name}.mts`);
  writeFileSync(path, script);
  const tsx = import.meta.resolve('tsx');
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', tsx, path], { timeout: 60_000 }, (error, stdout) => {
      resolve({ code: error === null ? 0 : ((error.code as number | undefined) ?? -1), stdout });
    });
  });
}

test('a busy port is an error with the code, the fd and what the kernel said', async (t) => {
  const first = await built.module.open({ addresses: freeAddresses('busy-1') });
  const addresses = { ...freeAddresses('busy-2'), tcp: first.tcp.address };
  const error = await t.throwsAsync(built.module.open({ addresses }), {
    name: 'LoomError',
    code: 'LOOM5002',
  });
  t.like(error, { fd: 'tcp', systemError: 'EADDRINUSE', errno: -98 });
  t.regex(error?.message ?? '', /tcp/);
  void echo(first.tcp);
  t.true(await echoesAt(first.tcp.address), 'the first instance goes on');
  await first.stop();
});

test('a core that does not exist is an error', async (t) => {
  const addresses = freeAddresses('core');
  const error = await t.throwsAsync(built.module.open({ addresses, cores: { main: 4000 } }), {
    code: 'LOOM5003',
  });
  t.regex(error?.message ?? '', /4000/);
  const program = await built.module.open({ addresses, cores: { main: 0 } });
  await program.stop();
});

test('options that name nothing are refused before anything starts', async (t) => {
  await t.throwsAsync(built.module.open({ cores: { mian: 1 } as Record<string, number> }), {
    code: 'LOOM6004',
    message: "open({ cores }): 'mian' does not exist; known: main",
  });
  await t.throwsAsync(built.module.open({ addresses: { tpc: 'x' } as Record<string, string> }), {
    code: 'LOOM6004',
    message: "open({ addresses }): 'tpc' does not exist; known: local, tcp",
  });
});

test('an addon that is missing, broken or of another program says what to do', async (t) => {
  const missing = await t.throwsAsync(built.module.open({ native: '/nowhere/echo_ts.node' }), {
    code: 'LOOM6001',
  });
  t.regex(missing?.message ?? '', /\/nowhere\/echo_ts\.node\nbuild it with\n {2}cd .*\n {2}npx /);
  const broken = join(ownFolder, 'broken.node');
  writeFileSync(broken, 'not a library');
  const unloadable = await t.throwsAsync(built.module.open({ native: broken }), {
    code: 'LOOM6002',
  });
  t.true(unloadable?.message.startsWith(`${broken} is no shared library`));
});

test('an aborted signal stops the program; its loops end, its clients are closed', async (t) => {
  const controller = new AbortController();
  const program = await built.module.open({
    signal: controller.signal,
    addresses: freeAddresses('abort'),
  });
  const loop = echo(program.tcp);
  const socket = await dial(program.tcp.address);
  socket.write('ping');
  await readExactly(socket, 4);
  const end = closed(socket);
  controller.abort();
  await loop;
  await program.stopped;
  t.false(await end);
  await t.throwsAsync(dial(program.tcp.address), { code: 'ECONNREFUSED' });
});

for (const thread of ['own', 'this'] as const) {
  test(`a signal that is aborted before or during the start wins: thread ${thread}`, async (t) => {
    const reason = new Error('changed my mind');
    const signal = AbortSignal.abort(reason);
    await t.throwsAsync(built.module.open({ signal, thread }), { is: reason });
    const controller = new AbortController();
    const addresses = freeAddresses(`early-${thread}`);
    const opening = built.module.open({ signal: controller.signal, addresses, thread });
    controller.abort(reason);
    await t.throwsAsync(opening, { is: reason });
    await t.throwsAsync(dial(addresses.local), { message: /ENOENT|ECONNREFUSED/ });
  });
}

test('stop() can be called again and again, and send() afterwards is refused', async (t) => {
  const program = await built.module.open({ addresses: freeAddresses('again') });
  const connection = new Promise<{ send(text: string): boolean; closed: boolean }>((resolve) => {
    program.tcp.on('open', resolve);
  });
  const socket = await dial(program.tcp.address);
  socket.resume();
  const opened = await connection;
  await Promise.all([program.stop(), program.stop(), program.stopped]);
  await program.stop();
  t.true(opened.closed);
  t.false(opened.send('too late'));
});

test('two instances run side by side', async (t) => {
  const one = await built.module.open({ addresses: freeAddresses('one'), backend: 'epoll' });
  const two = await built.module.open({ addresses: freeAddresses('two') });
  t.not(one.tcp.address, two.tcp.address);
  for (const each of [one, two]) void echo(each.tcp);
  t.true(await echoesAt(one.tcp.address));
  t.true(await echoesAt(two.tcp.address));
  await one.stop();
  t.true(await echoesAt(two.tcp.address), 'the other goes on');
  await two.stop();
});

/** Starts a worker that runs the program and says where. */
function startWorker(name: string): Worker {
  const source = `
    import { parentPort } from 'node:worker_threads';
    import { register } from ${JSON.stringify(import.meta.resolve('tsx/esm/api'))};
    register();
    const { open } = await import(${JSON.stringify(pathToFileURL(built.index))});
    const program = await open({ addresses: ${JSON.stringify(freeAddresses(name))} });
    program.tcp.onBatch((batch) => {
      for (const message of batch) message.connection.send(message.bytes);
    });
    parentPort.once('message', () => program.stop().then(() => parentPort.postMessage('stopped')));
    parentPort.postMessage(program.tcp.address);`;
  const path = join(ownFolder, `${name}.mjs`);
  writeFileSync(path, source);
  return new Worker(path, { execArgv: [] });
}

/** The next message of a worker. */
function messageOf(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}

test('runs in worker threads, and ends with a worker that is terminated', async (t) => {
  const workers = [startWorker('worker-1'), startWorker('worker-2')];
  const addresses = await Promise.all(workers.map(messageOf));
  for (const address of addresses) t.true(await echoesAt(address));
  await workers[0]?.terminate();
  await t.throwsAsync(dial(addresses[0] ?? ''), { code: 'ECONNREFUSED' });
  t.true(await echoesAt(addresses[1] ?? ''), 'the other goes on');
  const exit = new Promise((resolve) => {
    workers[1]?.once('exit', resolve);
  });
  const answer = messageOf(workers[1] as Worker);
  workers[1]?.postMessage('stop');
  t.is(await answer, 'stopped');
  t.is(await exit, 0, 'nothing keeps the worker alive');
});

test('the process ends by itself once the program has stopped', async (t) => {
  const { code, stdout } = await runScript(
    `await program.stop(); console.log('stopped');`,
    'exit-stop',
  );
  t.deepEqual({ code, stdout }, { code: 0, stdout: 'stopped\n' });
});

test('process.exit() and an uncaught exception end a running program, code and all', async (t) => {
  const exit = await runScript(`setImmediate(() => process.exit(7));`, 'exit-7');
  t.is(exit.code, 7);
  const uncaught = await runScript(`setImmediate(() => { throw new Error('no'); });`, 'exit-throw');
  t.is(uncaught.code, 1);
});

test('a running program keeps its process alive', async (t) => {
  const { code, stdout } = await runScript(
    `setTimeout(() => {
       console.log('still here');
       void program.stop();
     }, 100).unref();`,
    'exit-alive',
  );
  t.deepEqual({ code, stdout }, { code: 0, stdout: 'still here\n' });
});
