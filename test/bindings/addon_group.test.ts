/** A real addon with a group of reactors: every byte comes back and every connection is counted. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import test from 'ava';
import type { Channel } from '../../templates/bindings/channel.ts';
import type { MessageView } from '../../templates/bindings/message_view.ts';
import type { MessageWriter } from '../../templates/bindings/message_writer.ts';
import type { OpenOptions, Program } from '../../templates/bindings/open.ts';
import type { PostChannel } from '../../templates/bindings/post_channel.ts';
import type { ReactorStats } from '../../templates/bindings/stats.ts';
import type { NativeServer } from '../../templates/bindings/stream.ts';
import { backends, build, closed, dial, ownFolder, readExactly, until } from './built_program.ts';
import { eventually } from './simulated_reactor.ts';

const tides = ['tide.0', 'tide.1', 'tide.2'] as const;

type Name = 'serve.0' | 'serve.1' | 'serve.2' | 'single' | (typeof tides)[number];

type Value = { readonly value: bigint };

interface Group extends Program<Name> {
  readonly added: readonly PostChannel<MessageWriter & { value: bigint }>[];
  readonly sums: readonly Channel<MessageView<Value> & Value>[];
  readonly shared: NativeServer;
  readonly turns: NativeServer;
  readonly local: NativeServer;
  readonly woven: NativeServer;
  readonly alone: NativeServer;
  readonly rising: NativeServer;
  readonly spun: NativeServer;
}

interface GroupModule {
  open(
    options?: OpenOptions<Name, 'shared' | 'turns' | 'local' | 'woven' | 'alone'>,
  ): Promise<Group>;
}

let group: GroupModule;
test.before('build', async (t) => {
  t.timeout(240_000);
  group = (await build<GroupModule>('test/bindings/group/loom.config.ts', 'group', 'debug')).module;
});

const connections = 12;
const bytes = 20_000;

/** Opens connections to an address, and has each give back bytes of its own. */
async function echoOver(address: string): Promise<() => Promise<void>> {
  const sockets = await Promise.all(Array.from({ length: connections }, () => dial(address)));
  await Promise.all(
    sockets.map(async (socket) => {
      const sent = randomBytes(bytes);
      socket.write(sent);
      const got = await readExactly(socket, bytes);
      if (!got.equals(sent)) throw new Error(`other bytes came back from ${address}`);
    }),
  );
  return async () => {
    await Promise.all(
      sockets.map(async (socket) => {
        socket.end();
        await closed(socket);
      }),
    );
  };
}

for (const backend of backends) {
  test(`${backend}: instances serve together what one reactor declares`, async (t) => {
    const program = await group.open({
      backend,
      cores: { 'serve.1': 'any' },
      addresses: { local: join(ownFolder, `group-${backend}.sock`) },
    });
    const members: ReactorStats[] = [0, 1, 2].map((n) => program.stats[`serve.${n}` as Name]);
    const sum = (name: 'accepted' | 'handedOver' | 'openConnections' | 'inFlight' | 'closed') =>
      members.reduce((total, stats) => total + Number(stats[name]), 0);
    t.deepEqual(Object.keys(program.stats), ['serve.0', 'serve.1', 'serve.2', 'single', ...tides]);

    const endShared = await echoOver(program.shared.address);
    t.is(sum('accepted'), connections);
    t.is(sum('handedOver'), 0);

    const endTurns = await echoOver(program.turns.address);
    const third = connections / 3;
    t.is(sum('handedOver'), 2 * third);
    const endLocal = await echoOver(program.local.address);
    t.is(sum('accepted'), 3 * connections, 'instance 0 counts all that it accepts');
    t.deepEqual(
      members.map(({ handedOver }) => Number(handedOver)),
      [0, 2 * third, 2 * third],
    );
    const endWoven = await echoOver(program.woven.address);
    t.is(sum('handedOver'), 3 * 2 * third, 'also to fibers');
    t.is(sum('openConnections'), 4 * connections);

    const endAlone = await echoOver(program.alone.address);
    t.is(Number(program.stats.single.accepted), connections);
    await Promise.all([endShared(), endTurns(), endLocal(), endWoven()]);
    await eventually(() => sum('closed') === 4 * connections, 'the ends');
    await program.stop();
    t.is(sum('openConnections'), 0);
    t.is(sum('inFlight'), 0);
    await endAlone();
  });
}

for (const backend of backends) {
  test(`${backend}: each instance has channels of its own`, async (t) => {
    const addresses = { local: join(ownFolder, `channels-${backend}.sock`) };
    await using program = await group.open({ backend, addresses });
    t.is(program.sums.length, 3);
    t.is(program.added.length, 3);
    const sums = [0n, 0n, 0n];
    for (const [index, channel] of program.sums.entries()) {
      channel.onBatch((batch) => {
        for (const { value } of batch) sums[index] = value;
      });
    }
    for (const [index, channel] of program.added.entries()) {
      for (let n = 1; n <= 100; n += 1) {
        const isPosted = () =>
          channel.post((number) => {
            number.value = BigInt(n * 10 ** index);
          });
        while (!isPosted()) await channel.writable;
      }
    }
    const isThere = () => sums.every((sum, index) => sum === BigInt(5050 * 10 ** index));
    await until(isThere);
    t.deepEqual(
      program.added.map(({ stats }) => stats.delivered),
      [100n, 100n, 100n],
    );
  });

  test(`${backend}: a group grows with its connections and shrinks without them`, async (t) => {
    const lines: string[] = [];
    const program = await group.open({
      backend,
      log: (line) => lines.push(line),
      addresses: { local: join(ownFolder, `tide-${backend}.sock`) },
    });
    const running = () => tides.reduce((sum, name) => sum + Number(program.stats[name].running), 0);
    const refused = () => tides.reduce((sum, name) => sum + Number(program.stats[name].refused), 0);
    t.is(program.backend['tide.0'].name, backend);
    t.is(program.backend['tide.1'].reason, 'starts when its group grows');
    for (const address of [program.rising.address, program.spun.address]) {
      t.is(running(), 1);
      // As many as all three have room for; each gets its own bytes back.
      const end = await echoOver(address);
      t.is(running(), 3);
      await end();
      await eventually(() => running() === 1, 'the end of two instances');
    }
    t.is(refused(), 0);
    t.deepEqual(
      tides.map((name) => Number(program.stats[name].starts)),
      [1, 2, 2],
    );
    await eventually(() => lines.some((line) => line.includes('retired: 1 of 3')), 'the log');
    // Also while two of its rows do not run, the program ends.
    await program.stop();
    t.is(running(), 0);
  });
}
