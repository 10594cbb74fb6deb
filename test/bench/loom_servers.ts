/**
 * Our own servers: each way in which a config can have its reactor wait, receive and be written, on
 * each backend. They are ordinary configs, loom-echo/ and loom-sink/, and are built when needed.
 */

import { join } from 'node:path';
import { build } from '../../generator/commands/build.ts';
import { buildFolder, compile, here } from './compile.ts';
import type { Mode, Peer } from './server.ts';

/** A way to be written. */
interface Variant {
  name: string;
  about: string;
  /** The config of each mode, relative to this folder. */
  configs: Readonly<Record<Mode, string>>;
  connections?: number;
  quick: boolean;
}

/** Connections of the config's that receive directly. */
const directConnections = 8;

const variants: readonly Variant[] = [
  {
    name: 'block',
    about: 'sleeps while nothing happens',
    configs: { echo: './loom-echo/block.config.ts', sink: './loom-sink/block.config.ts' },
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
    configs: { echo: './loom-echo/spin.config.ts', sink: './loom-sink/spin.config.ts' },
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
    configs: { echo: './loom-echo/hybrid.config.ts', sink: './loom-sink/hybrid.config.ts' },
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
    name: 'oneshot',
    about: 'sleeps, a receive for each piece',
    configs: { echo: './loom-echo/oneshot.config.ts', sink: './loom-sink/oneshot.config.ts' },
    quick: false,
  },
  {
    name: 'direct',
    about: 'never sleeps, recv(2) each turn',
    configs: { echo: './loom-echo/direct.config.ts', sink: './loom-sink/direct.config.ts' },
    connections: directConnections,
    quick: true,
  },
  {
    name: 'direct-fiber',
    about: 'the same as fibers',
    configs: {
      echo: './loom-echo/direct-fiber.config.ts',
      sink: './loom-sink/direct-fiber.config.ts',
    },
    connections: directConnections,
    quick: false,
  },
];

const built = new Map<string, Promise<string>>();

/** Emits and compiles the program of one mode. */
async function buildMode({ name, configs }: Variant, mode: Mode): Promise<void> {
  const folder = `loom/${name}/${mode}`;
  const out = join(buildFolder, folder, 'emitted');
  const config = join(here, configs[mode]);
  const result = await build({ config, out, compile: false, force: true });
  if (result.exitCode !== 0) throw new Error(JSON.stringify(result.diagnostics, null, 2));
  await compile(join(here, 'loom'), folder, 'server', [`-DLOOM_EMITTED=${out}`]);
}

/**
 * Builds both modes of a variant, once.
 * @returns the folder of both: MODE/server in it takes BACKEND ADDRESS
 */
export function buildVariant(name: string): Promise<string> {
  const variant = variants.find((one) => one.name === name);
  if (variant === undefined) throw new RangeError(`no variant ${name}`);
  const both = async (): Promise<string> => {
    await Promise.all([buildMode(variant, 'echo'), buildMode(variant, 'sink')]);
    return join(buildFolder, 'loom', name);
  };
  const known = built.get(name) ?? both();
  built.set(name, known);
  return known;
}

/** Every server of ours. */
export const loomServers: readonly Peer[] = variants.flatMap((variant) =>
  (['io_uring', 'epoll'] as const).map((backend) => ({
    name: `loom-${variant.name}-${backend}`,
    about: `${variant.about}, ${backend}`,
    modes: ['echo', 'sink'] as const,
    ...(variant.connections !== undefined && { connections: variant.connections }),
    quick: variant.quick,
    build: async () => {
      const folder = await buildVariant(variant.name);
      return `sh '${join(here, 'loom/serve.sh')}' '${folder}' ${backend}`;
    },
  })),
);
