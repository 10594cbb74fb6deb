/** A folder of its own for each test, with a small project in it, and loomgen run there. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';

/** The repository. */
export const repository = fileURLToPath(new URL('../../', import.meta.url));

/** The config that `project` writes; `differences` are added to its object. */
export function configText(differences = ''): string {
  return `import {
  channel, defineLoom, line, struct, tcpServer, timer, u32, u64, unix,
} from 'loomgen';

export default defineLoom({
  name: 'small',
  out: './out',
  reactors: { main: {} },
  messages: { Seen: struct({ peer: u32, total: u64 }) },
  fds: {
    port: tcpServer('127.0.0.1:0', { on: 'main', handler: 'Small', framing: line({}) }),
    other: unix('/tmp/small.sock', { on: 'main' }),
    clock: timer({ on: 'main', every: '1s' }),
  },
  channels: { seen: channel({ from: 'main', to: 'js', message: 'Seen' }) },
  handlers: './small.hpp',
  ${differences}
});
`;
}

const handlerText = `#pragma once
#include <small/handlers.hpp>
struct Small : small::SmallBase<Small> {
  void on_data(auto& connection, loom::Bytes bytes) {
    this->seen.publish({.peer = connection.index(), .total = bytes.size()});
    connection.write_frame(bytes);
  }
};
`;

/** An empty folder that is removed after the test. */
export function emptyFolder(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'loomgen-'));
  t.teardown(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A folder with loom.config.ts and small.hpp; `below` is a folder in it to use instead. */
export function project(t: ExecutionContext, below = '.', differences = ''): string {
  const folder = join(emptyFolder(t), below);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'loom.config.ts'), configText(differences));
  writeFileSync(join(folder, 'small.hpp'), handlerText);
  return folder;
}

/** A copy of a folder of the repository. */
export function copied(t: ExecutionContext, path: string, to: string): string {
  const folder = join(emptyFolder(t), to);
  cpSync(join(repository, path), folder, { recursive: true });
  return folder;
}

/** What a run of loomgen left. */
export interface Run {
  status: number | null;
  stdout: string;
  stderr: string;
}

/** Runs `loomgen` with its folder as working directory. */
export function loomgen(
  folder: string,
  words: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Run {
  const given = [join(repository, 'bin', 'loomgen.js'), ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, given, {
    cwd: folder,
    env: { ...environment, NO_COLOR: '1', FORCE_COLOR: '0' },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** What a run loaded beside its result. */
export interface ScriptsRun extends Run {
  /** Addresses of every script, those of threads included. */
  scripts: string[];
}

/** Runs `loomgen` as above, and says which scripts V8 saw. */
export function loomgenScripts(
  t: ExecutionContext,
  folder: string,
  words: readonly string[],
): ScriptsRun {
  const coverage = emptyFolder(t);
  const run = loomgen(folder, words, { ...process.env, NODE_V8_COVERAGE: coverage });
  const scripts = [...filesBelow(coverage).values()].flatMap((text) => {
    const { result } = JSON.parse(text) as { result: { url: string }[] };
    return result.map(({ url }) => url);
  });
  return { ...run, scripts };
}

/** Whether a run loaded what generates, or a parser of command lines, or ran a config. */
export function didMore({ scripts }: ScriptsRun): boolean {
  const more =
    /\/(?:dist|generator)\/(?:cli|load_worker)\.[jt]s|chunk-|yargs|jiti\/|ts-morph|handlebars/;
  return scripts.some((url) => more.test(url));
}

/** Every file below a folder: relative path to text. */
export function filesBelow(folder: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    files.set(path.slice(folder.length + 1), readFileSync(path, 'utf8'));
  }
  return files;
}

/**
 * Compares text with the expected.txt of a fixture; UPDATE_FIXTURES=1 writes it. The fixture's
 * run.json names the test that runs it.
 */
export function matchesFixture(t: ExecutionContext, name: string, by: string, text: string): void {
  const folder = join(repository, 'test', 'cases', 'diagnostics', name);
  const file = join(folder, 'expected.txt');
  if (process.env.UPDATE_FIXTURES === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    writeFileSync(join(folder, 'run.json'), `${JSON.stringify({ by })}\n`);
  }
  t.true(text.includes(name.slice(0, 'LOOM2001'.length)), text);
  t.is(text, readFileSync(file, 'utf8'));
}
