/**
 * Gives every byte back, over TCP and a unix socket, until it is interrupted. A peer that sends
 * without reading is not read from while its answers wait.
 *
 * `--tcp ADDRESS`, `--local PATH` and `--backend NAME` replace what the config says.
 */
import { parseArgs } from 'node:util';
import { LoomError, open } from '../../generated/echo-ts/bindings/index.ts';
import type { Connection } from '../../generated/echo-ts/bindings/loom/connection.ts';
import type { Server } from '../../generated/echo-ts/bindings/loom/stream.ts';

/** Echoes on one server until the program stops. */
async function echo(server: Server): Promise<void> {
  /** Answers of the peers that do not take them; at most what the delivery ring holds. */
  const waiting = new Map<Connection, Uint8Array[]>();
  server.on('close', (connection) => waiting.delete(connection));
  server.on('drain', (connection) => {
    const answers = waiting.get(connection) ?? [];
    while (answers[0] !== undefined && connection.send(answers[0])) answers.shift();
    if (answers.length > 0) return;
    waiting.delete(connection);
    connection.resumeReceiving();
  });
  for await (using batch of server) {
    for (const message of batch) {
      const { connection } = message;
      const answers = waiting.get(connection);
      if (answers !== undefined) answers.push(message.copy());
      else if (!connection.send(message.bytes) && !connection.closed) {
        connection.pauseReceiving();
        waiting.set(connection, [message.copy()]);
      }
    }
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      tcp: { type: 'string' },
      local: { type: 'string' },
      backend: { type: 'string' },
    },
  });
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interruption.abort());
  }
  await using program = await open({
    signal: interruption.signal,
    addresses: { tcp: values.tcp, local: values.local },
    backend: values.backend as 'io_uring' | 'epoll' | undefined,
    log: (line) => console.error(line),
  });
  console.log(`${program.tcp.address} ${program.local.address}`);
  await Promise.all([echo(program.tcp), echo(program.local)]);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof LoomError)) throw error;
  console.error(`${error.code}: ${error.message}`);
  process.exitCode = 2;
}
