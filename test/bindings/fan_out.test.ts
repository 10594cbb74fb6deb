/**
 * The example fan_out as users build it: a question travels from a reactor to a pool, home,
 * and on to another reactor, on both backends, without an allocation.
 */
import { join } from 'node:path';
import test from 'ava';
import { Program } from '../conformance/program.ts';
import { backends, build, dial, readExactly } from './built_program.ts';

const built = build('examples/fan_out/loom.config.ts', 'fan_out', 'fan_out');

for (const backend of backends) {
  test.serial(
    `${backend}: answers come from the pool, and the other reactor counts them`,
    async (t) => {
      t.timeout(300_000);
      const executable = join((await built).addon, '..', 'fan_out');
      const parameters = ['--backend', backend, '--address', 'questions=127.0.0.1:0'];
      const program = new Program(executable, parameters);
      await program.ready();
      const socket = await dial(program.addresses.get('questions') ?? '');
      const answers = async (question: string, answer: string) => {
        socket.write(question);
        t.is((await readExactly(socket, answer.length)).toString(), answer);
      };
      await answers('100\n', '25\n');
      await answers('many\n', 'a number up to 1000000\n');
      for (let n = 0; n < 200; n += 1) await answers('10\n', '4\n');
      socket.destroy();
      const { exitCode, counters } = await program.stop();
      t.is(exitCode, 0);
      t.is(counters.front?.offloaded, 201);
      t.is(counters.totals?.mail_received, 201);
      for (const reactor of Object.values(counters)) {
        t.is(reactor.allocations_after_init, 0);
        t.is(reactor.in_flight, 0);
      }
    },
  );
}
