/** Writes docs/BLOCKING.md from the table of calls that hold up a reactor: `npm run docs`. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type BlockingCall, blockingCalls } from './blocking_calls.ts';

const codes = { blocks: 'LOOM7101', 'may block': 'LOOM7102', allocates: 'LOOM7103' } as const;

const introduction = `# Calls that hold up a reactor

<!-- Written by \`npm run docs\` from schemas/blocking_calls.ts. -->

A reactor is one thread: while a handler waits, nothing else of the reactor is served.
\`loomgen build\` compares what the hooks of handlers call, and what these call in the sources of
the config, with the table below. It knows names and declared types and no more: a function that
somebody else's library calls is not seen, and a namesake may be taken for what it is not.

What runs before the loop (constructors, \`on_start\`) and what a pool runs (the job of
\`loom::offload\` and \`pools.….submit\`) is not compared. \`// loom: allow blocking — the reason\`
behind a call, or on the line above it, allows it and what it leads to. The reason stands after a
dash or a colon; a comment without one allows nothing and is an error (LOOM7104; in TypeScript
LOOM7203). LOOM7101 stops the build, the others warn: of at most 50 places, LOOM7105 says how many
more there are. It also says which sources were not read: those of more than 1,000,000 bytes, and
those after the 512th. A loop is left by \`break\`, \`return\`, \`throw\` or \`goto\`, not by their
names in comments; what a lambda in it does is not counted.

Coroutines are compared as other functions are. \`::write(…)\` is the system's even where a handler
has a \`write\` of its own; a plain \`write(…)\` is taken for a function of that name in these
sources where there is one, whichever class has it.
`;

/** A list of names in code quotes. */
function quoted(names: readonly string[] = []): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

/** What a row is found by. */
function pattern({ functions, methods, types, syntax }: BlockingCall): string {
  const parts = [quoted(functions)];
  if (types !== undefined) parts.push(`variables of ${quoted(types)}`);
  if (methods !== undefined) parts.push(`${quoted(methods.names)} of ${quoted(methods.of)}`);
  if (syntax === 'new') parts.push('`new`, but for placement');
  if (syntax === 'loop')
    parts.push('`while (true)`, `for (;;)` and `do … while (1)` that neither end nor wait');
  return parts.filter((part) => part !== '').join('; ');
}

/** The document. */
export function blockingDocument(): string {
  const rows = blockingCalls.map(
    (row) =>
      `| ${row.title} | ${pattern(row)} | ${row.degree} (${codes[row.degree]}) | ${row.instead} |`,
  );
  const head = ['| what | found by | how sure | instead |', '|---|---|---|---|'];
  return `${[introduction, ...head, ...rows].join('\n')}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const file = fileURLToPath(new URL('../docs/BLOCKING.md', import.meta.url));
  writeFileSync(file, blockingDocument());
}
