// Starts the reactor on a thread of its own and prints what the handler counts.
import { open } from './generated/bindings/index.ts';

const interruption = new AbortController();
process.once('SIGINT', () => interruption.abort());

await using hello = await open({ signal: interruption.signal });
console.log(`listening on ${hello.greeter.address} (${hello.backend.main.name})`);

for await (using batch of hello.seen) {
  for (const seen of batch) console.log(`connection ${seen.connection}: line ${seen.lines}`);
}
