/** The process that writes: opens the program whose module it is given, until it is killed. */
const [, , index] = process.argv;
const { open } = (await import(String(index))) as { open(): Promise<{ stop(): Promise<void> }> };
const program = await open();
process.on('message', () => void program.stop().then(() => process.disconnect()));
process.send?.('ready');
