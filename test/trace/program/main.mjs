// The program inside of Node, asked through its own sockets: zones of JavaScript on its thread,
// beside those of the reactor.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { open } from '../../../.cache/trace/plain/bindings/index.ts';

/** Sends a line and waits for the answer. */
async function ask(socket, line) {
  socket.write(`${line}\n`);
  const [answer] = await once(socket, 'data');
  return answer.toString().trimEnd();
}

function refuse() {
  throw new Error('as asked');
}

/** Waits inside of its zone, which is closed meanwhile, and is left by an exception. */
async function risky() {
  await pause(1);
  refuse();
}

async function main() {
  const program = await open();
  const [host, port] = program.control.address.split(':');
  const socket = connect(Number(port), host);
  await once(socket, 'connect');
  const answers = [await ask(socket, 'come')];
  await risky().catch((error) => answers.push(error.message));
  answers.push(await ask(socket, 'work'));
  socket.destroy();
  await program.close();
  return answers;
}

process.stdout.write(`${(await main()).join(' ')}\n`);
