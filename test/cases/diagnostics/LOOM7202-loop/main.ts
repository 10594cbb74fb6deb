import { open } from './out/bindings/index.ts';

const program = await open();
program.tcp.on('connection', () => spin());
program.tcp.on('close', async (connection) => {
  while (true) await connection.send('bye');
});
program.tcp.on('drain', (connection) => {
  for (;;) if (!connection.send('more')) break;
});

function spin() {
  for (;;) {
    for (const each of [1, 2]) if (each === 2) break;
  }
}
