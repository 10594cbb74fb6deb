/**
 * What a message costs that waits in its socket, eight of them ready: by a bare recv(2), by epoll
 * by hand, and by our reactors with all of a turn. Each process measures bare receives, too, in
 * turn with its own, so that the difference is of one machine at one time.
 */

import { join } from 'node:path';
import { build } from '../../../generator/commands/build.ts';
import { buildFolder, compile, here } from '../compile.ts';
import { freeAddress, removeSocket, type Setting } from '../trial.ts';
import { type Entrant, type Inner, once, readyOf, resultOf } from './entrant.ts';

type Transport = 'tcp' | 'unix';

/** On top of what is measured. */
const limitMilliseconds = 10_000;

const byHand = once(() => compile(here, 'load', 'ready_by_hand'));

/** Emits and compiles the program of a config. @returns its path */
async function reactor(folder: string, source: string) {
  const out = join(buildFolder, folder, 'emitted');
  const config = join(here, 'inner', source);
  const result = await build({ config, out, compile: false, force: true });
  if (result.exitCode !== 0) throw new Error(JSON.stringify(result.diagnostics, null, 2));
  const main = join(here, 'inner', './ready.cpp');
  const definitions = [`-DLOOM_EMITTED=${out}`, `-DLOOM_MAIN=${main}`];
  return compile(join(here, 'loom'), folder, 'server', definitions);
}

/** The ways to receive, by the first word of their entrants. */
const programs = {
  loom: once(() => reactor('ready', './ready.config.ts')),
  'loom-direct': once(() => reactor('ready-direct', './ready_direct.config.ts')),
};

/** A program that serves eight sockets on an address which stands behind `words`. */
function serving(
  name: string,
  about: string,
  transport: Transport,
  program: () => Promise<string>,
  words: readonly string[],
): Entrant {
  const measure = async (executable: string, setting: Setting) => {
    const { warmupMilliseconds, measuredMilliseconds, serverCore } = setting;
    const address = await freeAddress(transport);
    const times = [String(warmupMilliseconds), String(measuredMilliseconds)];
    const limit = limitMilliseconds + warmupMilliseconds + measuredMilliseconds;
    const command = [executable, ...words, address, ...times];
    try {
      return readyOf(await resultOf(name, command, serverCore, limit));
    } finally {
      removeSocket(address);
    }
  };
  const build = async () => {
    const executable = await program();
    return (setting: Setting) => measure(executable, setting);
  };
  return { name, about, build };
}

const scenario = (transport: Transport): Inner => ({
  name: `receive-ready-${transport}`,
  about: `a message of 64 B that waits in its ${transport} socket, as do those of seven others`,
  metric: 'time',
  quick: false,
  entrants: [
    serving('bare-recv', 'recv(2) of one after the other', transport, byHand, ['bare']),
    serving('epoll-recv', 'epoll and recv(2) by hand', transport, byHand, ['epoll']),
    ...(['loom', 'loom-direct'] as const).flatMap((program) =>
      (['io_uring', 'epoll'] as const).flatMap((backend) =>
        (['callback', 'fiber'] as const).map((style) => {
          const name = `${program}-${style}-${backend}`;
          const about = `${style}s, ${backend}${program === 'loom' ? '' : ', recv(2) each turn'}`;
          return serving(name, about, transport, programs[program], [backend, style]);
        }),
      ),
    ),
  ],
});

/** Both scenarios. */
export const ready: readonly Inner[] = [scenario('unix'), scenario('tcp')];
