/** A real addon's events, and what it says of handlers that throw or hold the loop. */
import { execFile, execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import type { ProgramListeners } from '../../templates/bindings/program_events.ts';
import { backends, build, ownFolder } from './built_program.ts';
import { type Life, type LifeModule, type LifeOptions, startMarket } from './life_program.ts';
import { eventually } from './simulated_reactor.ts';

let life: LifeModule;
let index: string;
test.before('build', async (t) => {
  t.timeout(240_000);
  const built = await build<LifeModule>('test/bindings/life/loom.config.ts', 'life', 'debug');
  life = built.module;
  index = built.index;
});

const addresses = { control: '127.0.0.1:0', itch: '127.0.0.1:0' };

/** The next such event of a program that satisfies `condition`. */
function eventOf<Event extends keyof ProgramListeners>(
  program: Life,
  event: Event,
  condition: (value: Parameters<ProgramListeners[Event]>[0]) => boolean,
): Promise<Parameters<ProgramListeners[Event]>[0]> {
  return new Promise((resolve) => {
    const off = program.on(event, ((value: Parameters<ProgramListeners[Event]>[0]) => {
      if (!condition(value)) return;
      off();
      resolve(value);
    }) as ProgramListeners[Event]);
  });
}

/** Starts the program beside a market, and ends both after `use`. */
async function withLife(
  options: LifeOptions,
  use: (program: Life, market: Awaited<ReturnType<typeof startMarket>>) => Promise<void>,
): Promise<void> {
  const market = await startMarket();
  const program = await life.open({ url: market.url, addresses, ...options });
  try {
    await use(program, market);
  } finally {
    await program.close();
    market.close();
  }
}

for (const backend of backends) {
  test(`${backend}: a client that goes and comes back is told, with its attempts`, async (t) => {
    await withLife({ backend }, async (program, market) => {
      const socket = await market.connection();
      const down = eventOf(program, 'down', () => true);
      const up = eventOf(program, 'up', ({ failedAttempts }) => failedAttempts === 0);
      socket.destroy();
      t.like(await down, { fd: 'market', connection: 0, kind: 'ended', systemError: undefined });
      t.like(await up, { fd: 'market', connection: 0, failedAttempts: 0 });
    });
    const failing = await life.open({ backend, url: 'tcp://127.0.0.1:1', addresses });
    const third = eventOf(failing, 'down', ({ failedAttempts }) => failedAttempts === 2);
    t.like(await third, { kind: 'refused', systemError: 'ECONNREFUSED' });
    await failing.close();
  });

  test(`${backend}: handlers tell of gaps and of their end`, async (t) => {
    await withLife({ backend }, async (program, market) => {
      const gap = program.once('gap');
      const resynced = program.once('resynced');
      await market.say('gap\nresynced');
      const numbers = { stream: 7n, expected: 10n, received: 12n };
      t.deepEqual((await gap)[0], { fd: 'market', cause: 'sequence', ...numbers });
      t.deepEqual((await resynced)[0], { fd: 'market', stream: 7n, at: 15n });
      const ofDatagram = program.once('gap');
      const socket = createSocket('udp4');
      const port = Number(program.itch.address.split(':')[1]);
      socket.send('12345', port, '127.0.0.1');
      t.like((await ofDatagram)[0], { fd: 'itch', expected: 1n, received: 5n });
      socket.close();
    });
  });

  test(`${backend}: a channel tells when it begins and when it ceases to overflow`, async (t) => {
    await withLife({ backend }, async (program, market) => {
      const counts: number[] = [];
      program.counts.onBatch((batch) => {
        for (const { count } of batch) counts.push(count);
      });
      program.counts.pause();
      const began = eventOf(program, 'overflow', ({ state }) => state === 'began');
      await market.say('publish 12');
      t.deepEqual(await began, { reactor: 'main', channel: 'counts', state: 'began', dropped: 4n });
      await eventually(() => program.counts.dropped === 4n, 'the drops');
      program.counts.resume();
      await eventually(() => counts.length === 8, 'what waited');
      const ceased = eventOf(program, 'overflow', ({ state }) => state === 'ceased');
      await market.say('publish 1');
      t.deepEqual(await ceased, {
        reactor: 'main',
        channel: 'counts',
        state: 'ceased',
        dropped: 4n,
      });
      await eventually(() => counts.at(-1) === 12, 'the newest');
    });
  });

  test(`${backend}: a handler that throws names itself, and is counted`, async (t) => {
    const lines: string[] = [];
    await withLife({ backend, log: (line) => lines.push(line) }, async (program, market) => {
      const down = eventOf(program, 'down', ({ kind }) => kind === 'handlerThrew');
      await market.say('throw');
      await down;
      const socket = createSocket('udp4');
      socket.send('throw', Number(program.itch.address.split(':')[1]), '127.0.0.1');
      const { main } = program.stats;
      await new Promise<void>((resolve) => {
        const look = () => (main.exceptions === 2n ? resolve() : setTimeout(look, 1));
        look();
      });
      socket.close();
    });
    const thrown = lines.filter((line) => line.includes(' threw: '));
    t.deepEqual(thrown.sort(), [
      'loom: fds.itch (Packets::on_datagram) threw: something that is no std::exception; its ' +
        'socket goes on (handler_threw)',
      'loom: fds.market (Told::on_data) threw: not this line; its connection is closed ' +
        '(handler_threw)',
    ]);
  });

  test(`${backend}: what is logged during a stop is told before close() is`, async (t) => {
    const lines: string[] = [];
    await withLife({ backend, log: (line) => lines.push(line) }, async (program, market) => {
      const gap = eventOf(program, 'gap', () => true);
      await market.say('throw at stop');
      await market.say('gap');
      await gap;
      const closed = program.close();
      // Holds the event loop: mostly for as long as the reactor takes to log and to end.
      execFileSync(process.execPath, ['-v']);
      await closed;
      t.deepEqual(
        lines.filter((line) => line.includes(' threw: ')),
        [
          'loom: fds.market (Told::on_close) threw: not this end; its connection is closed ' +
            '(handler_threw)',
        ],
      );
    });
  });

  test(`${backend}: a handler that holds the loop is told by name`, async (t) => {
    await withLife({ backend, log: () => undefined }, async (program, market) => {
      const stall = program.once('stall');
      await market.say('hold');
      const [event] = await stall;
      t.is(event.reactor, 'main');
      t.is(event.activity, 'fds.market (Told::on_data)');
      t.true(event.nanoseconds >= 20_000_000n);
    });
  });
}

test('a once() that the program’s end leaves unanswered is rejected', async (t) => {
  let gap: Promise<unknown> | undefined;
  await withLife({}, async (program) => {
    gap = program.once('gap');
    gap.catch(() => undefined);
    t.is(program.stopped, program.closed);
  });
  await t.throwsAsync(gap as Promise<unknown>, { code: 'LOOM6033', message: /'gap'/ });
});

/** Opens the program in a process of its own, where `more` follows. */
async function inOwnProcess(
  name: string,
  more: string,
  use: (market: Awaited<ReturnType<typeof startMarket>>) => Promise<void>,
): Promise<{ code: unknown; signal: string | undefined; stderr: string }> {
  const script = join(ownFolder, `${name}.mts`);
  const market = await startMarket();
  writeFileSync(
    script,
    `import { open } from ${JSON.stringify(index)};
     const program = await open(${JSON.stringify({ url: market.url, addresses })});
     ${more}`,
  );
  const ended = new Promise<{ code: unknown; signal: string | undefined; stderr: string }>(
    (resolve) => {
      const words = ['--import', import.meta.resolve('tsx'), script];
      execFile(process.execPath, words, { timeout: 60_000 }, (error, _, stderr) => {
        resolve({ code: error?.code ?? 0, signal: error?.signal ?? undefined, stderr });
      });
    },
  );
  await use(market);
  const end = await ended;
  market.close();
  return end;
}

test('a handler that faults names itself before the process ends', async (t) => {
  const { signal, stderr } = await inOwnProcess('fault', '', (market) => market.say('fault'));
  t.is(signal, 'SIGSEGV');
  t.regex(stderr, /^loom: reactors\.main: fds\.market \(Told::on_data\) faulted \(SIGSEGV\)$/m);
});

test('what is logged while the process exits is told', async (t) => {
  const exit = "program.on('gap', () => process.exit(7));";
  const { code, stderr } = await inOwnProcess('exit', exit, async (market) => {
    await market.say('throw at stop');
    await market.say('gap');
  });
  t.is(code, 7);
  t.regex(stderr, /^loom: fds\.market \(Told::on_close\) threw: not this end; /m);
});
