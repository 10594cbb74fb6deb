// Where `npm run setup`, `npm run demo` and `npm test` start: check Node, install what is missing,
// then do the job. This file alone must parse on a very old Node, so that such a Node is answered
// with a sentence and not with a syntax error; everything newer is behind the dynamic import.

const needed = [20, 19];
const version = process.versions.node.split('.').map(Number);
const tooOld = version[0] < needed[0] || (version[0] === needed[0] && version[1] < needed[1]);

if (tooOld) {
  process.stderr.write(
    'loomgen needs Node ' +
      needed.join('.') +
      ' or newer; this is ' +
      process.versions.node +
      ' (' +
      process.execPath +
      '). Install a newer Node and type the command again.\n',
  );
  process.exitCode = 2;
} else {
  import('./jobs.mjs').then((jobs) => jobs.main(process.argv.slice(2)));
}
