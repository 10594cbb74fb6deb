/**
 * Our own servers: each way in which a config can have its reactor wait, receive and be written, on
 * each backend. They are ordinary configs, loom-echo/, loom-sink/ and loom-datagrams/, and are
 * built when needed.
 */

import { join } from 'node:path';
import { build } from '../../generator/commands/build.ts';
import { buildFolder, compile, here } from './compile.ts';
import type { Mode, Peer } from './server.ts';

/** A way to be written. */
interface Variant {
  name: string;
  about: string;
  /** The config of each program, relative to this folder; not every variant takes datagrams. */
  configs: Readonly<Record<Mode, string>> & { datagrams?: string };
  quick: boolean;
}

const variants: readonly Variant[] = [
  {
    name: 'block',
    about: 'sleeps while nothing happens',
    configs: {
      echo: './loom-echo/block.config.ts',
      sink: './loom-sink/block.config.ts',
      datagrams: './loom-datagrams/block.config.ts',
    },
    quick: true,
  },
  {
    name: 'block-fiber',
    about: 'the same as fibers',
    configs: {
      echo: './loom-echo/block-fiber.config.ts',
      sink: './loom-sink/block-fiber.config.ts',
    },
    quick: true,
  },
  {
    name: 'spin',
    about: 'never sleeps',
    configs: {
      echo: './loom-echo/spin.config.ts',
      sink: './loom-sink/spin.config.ts',
      datagrams: './loom-datagrams/spin.config.ts',
    },
    quick: true,
  },
  {
    name: 'spin-fiber',
    about: 'the same as fibers',
    configs: { echo: './loom-echo/spin-fiber.config.ts', sink: './loom-sink/spin-fiber.config.ts' },
    quick: false,
  },
  {
    name: 'hybrid',
    about: 'spins for 20 us, then sleeps',
    configs: {
      echo: './loom-echo/hybrid.config.ts',
      sink: './loom-sink/hybrid.config.ts',
      datagrams: './loom-datagrams/hybrid.config.ts',
    },
    quick: false,
  },
  {
    name: 'hybrid-fiber',
    about: 'the same as fibers',
    configs: {
      echo: './loom-echo/hybrid-fiber.config.ts',
      sink: './loom-sink/hybrid-fiber.config.ts',
    },
    quick: false,
  },
  {
    name: 'bundle',
    about: 'sleeps, several small buffers at once',
    configs: { echo: './loom-echo/bundle.config.ts', sink: './loom-sink/bundle.config.ts' },
    quick: false,
  },
  {
    name: 'bundle-fiber',
    about: 'the same as fibers',
    configs: {
      echo: './loom-echo/bundle-fiber.config.ts',
      sink: './loom-sink/bundle-fiber.config.ts',
    },
    quick: false,
  },
  {
    name: 'oneshot',
    about: 'sleeps, a receive for each piece',
    configs: { echo: './loom-echo/oneshot.config.ts', sink: './loom-sink/oneshot.config.ts' },
    quick: false,
  },
  {
    name: 'direct',
    about: 'never sleeps, recv(2) each turn',
    configs: {
      echo: './loom-echo/direct.config.ts',
      sink: './loom-sink/direct.config.ts',
      datagrams: './loom-datagrams/direct.config.ts',
    },
    quick: true,
  },
  {
    name: 'direct-fiber',
    about: 'the same as fibers',
    configs: {
      echo: './loom-echo/direct-fiber.config.ts',
      sink: './loom-sink/direct-fiber.config.ts',
    },
    quick: false,
  },
];

const built = new Map<string, Promise<void>>();

/** What a variant has programs for: the modes of streams, and the sink of datagrams. */
export type LoomProgram = Mode | 'datagrams';

/** Emits and compiles one program of a variant, unless it has none of these. */
async function buildProgram({ name, configs }: Variant, which: LoomProgram): Promise<void> {
  const { [which]: path } = configs;
  if (path === undefined) return;
  const folder = `loom/${name}/${which}`;
  const out = join(buildFolder, folder, 'emitted');
  const result = await build({ config: join(here, path), out, compile: false, force: true });
  if (result.exitCode !== 0) throw new Error(JSON.stringify(result.diagnostics, null, 2));
  await compile(join(here, 'loom'), folder, 'server', [`-DLOOM_EMITTED=${out}`]);
}

/**
 * Builds programs of a variant, once.
 * @returns the folder of all: PROGRAM/server in it takes BACKEND ADDRESS
 */
export async function buildVariant(name: string, which: readonly LoomProgram[]): Promise<string> {
  const variant = variants.find((one) => one.name === name);
  if (variant === undefined) throw new RangeError(`no variant ${name}`);
  const once = (program: LoomProgram): Promise<void> => {
    const key = `${name}/${program}`;
    const known = built.get(key) ?? buildProgram(variant, program);
    built.set(key, known);
    return known;
  };
  await Promise.all(which.map(once));
  return join(buildFolder, 'loom', name);
}

/** Every server of ours. */
export const loomServers: readonly Peer[] = variants.flatMap((variant) =>
  (['io_uring', 'epoll'] as const).map((backend) => ({
    name: `loom-${variant.name}-${backend}`,
    about: `${variant.about}, ${backend}`,
    modes: ['echo', 'sink'] as const,
    transports: [
      ...(['tcp', 'unix'] as const),
      ...(variant.configs.datagrams === undefined ? [] : (['udp'] as const)),
    ],
    quick: variant.quick,
    build: async (needs) => {
      const which = needs.map(({ mode, transport }) => (transport === 'udp' ? 'datagrams' : mode));
      const folder = await buildVariant(variant.name, [...new Set(which)]);
      return `sh '${join(here, 'loom/serve.sh')}' '${folder}' ${backend}`;
    },
  })),
);
