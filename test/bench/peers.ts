/**
 * The table of peers: servers that the benchmark runs beside our own, each as the authors of its
 * library would write it, in peers/. All keep one contract: `<command> MODE ADDRESS`, where MODE is
 * `echo` or `sink` and ADDRESS is `tcp:IP:PORT` or `unix:PATH`; messages of u16be length and body;
 * `READY` on stdout, and a line of JSON at SIGTERM. An echo gives bytes back as they came and looks
 * for no messages in them, so it counts bytes and chunks and leaves `total` at 0. Those whose name
 * begins with `udp-` are sinks of datagrams, whose ADDRESS is `udp:IP:PORT`.
 *
 * `ws` and undici's WebSocket speak another protocol; they are peers of the WebSocket scenarios.
 */

import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Peer } from './server.ts';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('./peers', import.meta.url));
const buildFolder = fileURLToPath(new URL('../../build/bench-peers', import.meta.url));
const workspace = join(folder, 'rust/Cargo.toml');
/** What peers of streams do, and those of datagrams. */
const streams = { modes: ['echo', 'sink'], transports: ['tcp', 'unix'] } as const;
const datagrams = { modes: ['sink'], transports: ['udp'] } as const;
/** Those of a quick run: the best by hand, and one library that many build on. */
const quickPeers = new Set(['recv-spin', 'epoll-block', 'epoll-spin', 'liburing', 'libuv']);

/**
 * Runs a build tool politely, alone in the folder: tests and a benchmark may build at once.
 * @throws {Error} with the end of what it said
 */
async function make(what: string, command: readonly string[]): Promise<void> {
  try {
    mkdirSync(buildFolder, { recursive: true });
    const locked = [join(buildFolder, '.lock'), 'nice', ...command];
    await run('flock', locked, { maxBuffer: 2 ** 26 });
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    const talk = `${stdout}\n${stderr}`.trim().split('\n').slice(-20).join('\n');
    throw new Error(`${what} could not be built: ${command.join(' ')}\n${talk || error}`);
  }
}

/** Calls `action` once, however many ask; all of them get its result. */
function once(action: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined;
  return () => {
    result ??= action();
    return result;
  };
}

const configure = once(() =>
  make('the peers in C++', [
    'cmake',
    ...['-S', folder, '-B', buildFolder, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Release'],
  ]),
);

/** Builds end one after the other: two in one folder would disturb each other. */
let lastBuild: Promise<unknown> = Promise.resolve();

function inTurn<Value>(action: () => Promise<Value>): Promise<Value> {
  const result = lastBuild.then(action);
  lastBuild = result.catch(() => undefined);
  return result;
}

/** Text as a word of a shell's command line. */
function quote(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What a peer does and on which transports. */
type Skill = Pick<Peer, 'modes' | 'transports'>;

/** A peer in C++, whose executable is `target`, and the package that brings its library. */
function cxx(
  name: string,
  target: string,
  about: string,
  debianPackage = '',
  skill: Skill = streams,
): Peer {
  const build = async (): Promise<string> => {
    await configure();
    const possible = readFileSync(join(buildFolder, 'peers.txt'), 'utf8').split('\n');
    if (!possible.includes(target)) {
      throw new Error(
        `${name} is left out: its library is not here. apt-get install -y ${debianPackage}`,
      );
    }
    await make(name, ['cmake', '--build', buildFolder, '--target', target, '-j', '2']);
    return quote(join(buildFolder, target));
  };
  return { name, about, ...skill, quick: quickPeers.has(name), build: () => inTurn(build) };
}

/** The crates of Cargo.lock, for all peers in Rust at once. */
const fetchCrates = once(async () => {
  try {
    await run('cargo', ['fetch', '--locked', '--manifest-path', workspace], { maxBuffer: 2 ** 26 });
  } catch (error) {
    const { code, stderr = '' } = error as { code?: string | number; stderr?: string };
    if (code === 'ENOENT')
      throw new Error('cargo is not here. Install Rust (1.95 works, tokio asks for 1.85)');
    const why = /^error: .*$|^Caused by:\n.*$/m.exec(stderr)?.[0] ?? String(error);
    throw new Error(`its crates cannot be had here: ${why}`);
  }
});

/** A peer in Rust, a package of the workspace in peers/rust. */
function rust(name: string, about: string): Peer {
  const target = join(buildFolder, 'rust');
  const build = async (): Promise<string> => {
    await fetchCrates().catch(({ message }: Error) => {
      throw new Error(`${name} is left out: ${message}`);
    });
    await make(name, [
      ...['cargo', 'build', '--release', '--locked', '--package', `peer-${name}`],
      ...['--manifest-path', workspace, '--target-dir', target],
    ]);
    return quote(join(target, 'release', `peer-${name}`));
  };
  return { name, about, ...streams, quick: quickPeers.has(name), build: () => inTurn(build) };
}

/** A peer in JavaScript, run by the Node that runs this. */
function node(name: string, file: URL, about: string, skill: Skill = streams): Peer {
  const path = fileURLToPath(file);
  const build = async (): Promise<string> => {
    if (!existsSync(path)) throw new Error(`${name} is left out: ${path} is not there`);
    return `${quote(process.execPath)} ${quote(path)}`;
  };
  return { name, about, ...skill, quick: quickPeers.has(name), build };
}

/** Every peer. */
export const peers: readonly Peer[] = [
  cxx('recv-spin', 'raw_recv', 'recv(2) of one socket after the other, for ever'),
  cxx('epoll-block', 'raw_epoll', 'epoll by hand, edge-triggered, a blocking wait'),
  cxx('epoll-spin', 'raw_epoll_spin', 'epoll by hand, edge-triggered, never sleeping'),
  cxx(
    'liburing',
    'uring_multishot',
    'io_uring by hand: multishot, provided buffers, DEFER_TASKRUN',
    'liburing-dev',
  ),
  cxx(
    'liburing-oneshot',
    'uring_oneshot',
    'io_uring by hand: no flags, an operation for each message',
    'liburing-dev',
  ),
  cxx('asio-epoll', 'asio_epoll', 'Boost.Asio on epoll, callbacks', 'libboost-dev'),
  cxx('asio-coroutines', 'asio_coroutines', 'Boost.Asio on epoll, coroutines', 'libboost-dev'),
  cxx('asio-io_uring', 'asio_uring', 'Asio on io_uring, callbacks', 'libasio-dev liburing-dev'),
  cxx('libuv', 'libuv', 'libuv, uv_try_write before uv_write', 'libuv1-dev'),
  cxx('libevent', 'libevent', 'libevent, bufferevents', 'libevent-dev'),
  node('node-net', new URL('./peers/node_net.mjs', import.meta.url), "Node's own sockets"),
  rust('tokio', 'Tokio on epoll, one thread'),
  rust('monoio', 'Monoio on io_uring'),
  rust('compio', 'Compio on io_uring'),
  cxx('udp-recv-spin', 'udp_recv_spin', 'recv(2) for ever', '', datagrams),
  cxx('udp-recvmmsg', 'udp_recvmmsg', 'poll(2), then recvmmsg(2)', '', datagrams),
  cxx('udp-recvmmsg-spin', 'udp_recvmmsg_spin', 'recvmmsg(2) for ever', '', datagrams),
  cxx('udp-liburing', 'udp_multishot', 'multishot recvmsg by hand', 'liburing-dev', datagrams),
  node('udp-node', new URL('./peers/node_dgram.mjs', import.meta.url), "Node's own", datagrams),
];
