/** The native addon: its type, where it is looked for, and what is said when it is not there. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProgramDescriptor } from './descriptor.ts';
import { sharedAbi } from './descriptor.ts';
import { addonNotFound, addonNotLoadable, addonStale } from './error.ts';

/** First argument of `notify`; `enum class Notice` in runtime/loom/node/notice.hpp. */
export const Notice = { wake: 0, log: 1, stopped: 2 } as const;

/** What became of a start. */
export type NativeReport =
  | {
      readonly ok: true;
      readonly reactors: readonly { readonly backend: string; readonly reason: string }[];
      readonly bound: readonly { readonly fd: number; readonly address: string }[];
    }
  | {
      readonly ok: false;
      readonly code: string;
      /** Empty when no single fd is concerned. */
      readonly fd: string;
      /** errno, 0 when there is none. */
      readonly systemError: number;
      readonly message: string;
    };

/** One running program; runtime/loom/node/program_object.hpp. */
export interface NativeProgram {
  start(): Promise<NativeReport>;
  wake(reactor: number): void;
  stop(): Promise<void>;
  stopNow(): void;
}

/** What a NativeProgram is made of. */
export interface NativeOptions {
  /** One block a reactor, over a SharedArrayBuffer of exactly its `sharedBytes`. */
  readonly memory: readonly Uint8Array[];
  /** One number a reactor: a core, -1 for any, -2 as declared. */
  readonly cores: readonly number[];
  readonly backend: string | null;
  readonly addresses: readonly (readonly [fd: string, address: string])[];
  readonly notify: (notice: number, value?: string | number) => void;
}

/** The exports of the addon. */
export interface NativeAddon {
  readonly name: string;
  readonly abi: number;
  /** The descriptor's `layout` as it was when the addon was built; absent in older addons. */
  readonly layout?: string;
  readonly reactors: readonly { readonly name: string; readonly sharedBytes: number }[];
  readonly Program: new (options: NativeOptions) => NativeProgram;
  readonly SharedMap: new (file: string) => NativeSharedMap;
}

/** A file in /dev/shm, mapped for reading; runtime/loom/node/shared_map.hpp. */
export interface NativeSharedMap {
  /** Must not be written to: the process would crash. */
  readonly memory: ArrayBuffer;
  /** Whether a process writes it. */
  isLive(): boolean;
  close(): void;
}

/**
 * Loads the addon of a program, from `path` or from the first of its candidates that exists.
 * @throws LoomError LOOM6001 when there is none, LOOM6002 when it does not load, LOOM6003 when it
 * was built from another config.
 */
export function loadAddon(descriptor: ProgramDescriptor, path?: string): NativeAddon {
  const looked =
    path !== undefined
      ? [path]
      : descriptor.native.candidates.map((candidate) =>
          fileURLToPath(new URL(candidate, descriptor.from)),
        );
  const found = looked.find((candidate) => existsSync(candidate));
  const { buildCommands } = descriptor.native;
  const folder = dirname(dirname(fileURLToPath(descriptor.from)));
  if (found === undefined) throw addonNotFound(descriptor.name, looked, folder, buildCommands);
  let addon: NativeAddon;
  try {
    addon = createRequire(descriptor.from)(found) as NativeAddon;
  } catch (error) {
    throw addonNotLoadable(found, error instanceof Error ? error.message : String(error));
  }
  const difference = differenceBetween(descriptor, addon);
  if (difference !== undefined) throw addonStale(found, difference, folder, buildCommands);
  return addon;
}

/** What tells that addon and bindings are of different builds; undefined: they belong together. */
function differenceBetween(descriptor: ProgramDescriptor, addon: NativeAddon): string | undefined {
  if (addon.name !== descriptor.name) {
    return `it is the addon of '${addon.name}', not of '${descriptor.name}'`;
  }
  if (addon.abi !== sharedAbi || descriptor.abi !== sharedAbi) {
    return `shared memory layout ${addon.abi} there, ${descriptor.abi} here`;
  }
  const there = addon.reactors.map(({ name, sharedBytes }) => `${name} ${sharedBytes}`).join(', ');
  const here = descriptor.reactors
    .map(({ name, sharedBytes }) => `${name} ${sharedBytes}`)
    .join(', ');
  if (there !== here) return `reactors and their shared bytes: ${there} there, ${here} here`;
  if (addon.layout === descriptor.layout) return undefined;
  return (
    'its messages, channels or fds are laid out otherwise ' +
    `(layout ${addon.layout ?? 'unknown'} there, ${descriptor.layout} here)`
  );
}
