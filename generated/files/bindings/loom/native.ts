/** The native addon: its type, and what is said when it is not the one of these bindings. */
import { createRequire } from 'node:module';
import { mistakeOfFile, otherMachineOf } from './addon_file.ts';
import type { ProgramDescriptor } from './descriptor.ts';
import { sharedAbi } from './descriptor.ts';
import { addonNotLoadable, addonStale } from './error.ts';
import { findAddon, rebuildOf } from './find_addon.ts';
import { meaningOf } from './load_failure.ts';
import { thisMachine } from './prebuilds.ts';

/** First argument of `notify`; `enum class Notice` in runtime/loom/node/notice.hpp. */
export const Notice = { wake: 0, log: 1, stopped: 2 } as const;

/** What `turn` gives: nothing to do now, more to do at once, the reactor has stopped. */
export const HostedState = { idle: 0, busy: 1, over: 2 } as const;

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
  /** Of a hosted program: turns its reactor a few times; gives a HostedState. */
  turn(): number;
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
  /** The calling thread turns the program's one reactor. */
  readonly hosted: boolean;
  /** Whether the log also says how each reactor started. */
  readonly announces: boolean;
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

/** What is said of a file that another machine's compiler made. */
const copiedWords = [
  'its folder was copied or mounted from such a machine; in a project whose node_modules was, type',
  '  rm -rf node_modules && npm install',
];

/**
 * Loads the addon of a program, from `path` or from where `findAddon` finds it.
 * @throws LoomError LOOM6001 when there is none, LOOM6002 when it does not load, LOOM6003 when it
 * was built from another config.
 */
export function loadAddon(descriptor: ProgramDescriptor, path?: string): NativeAddon {
  const found = findAddon(descriptor, path);
  const rebuild = rebuildOf(descriptor);
  const mistake = mistakeOfFile(found);
  if (mistake !== undefined) {
    const isElsewhere = otherMachineOf(found, process) !== undefined;
    throw addonNotLoadable(found, mistake, rebuild, isElsewhere ? copiedWords : []);
  }
  let addon: NativeAddon;
  try {
    addon = createRequire(descriptor.from)(found) as NativeAddon;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const meaning = meaningOf(reason, thisMachine());
    throw addonNotLoadable(found, `cannot be loaded: ${reason}`, rebuild, meaning);
  }
  const difference = differenceBetween(descriptor, addon);
  if (difference !== undefined) throw addonStale(found, difference, rebuild);
  return addon;
}

/** What tells that addon and bindings are of different builds; undefined: they belong together. */
function differenceBetween(descriptor: ProgramDescriptor, addon: NativeAddon): string | undefined {
  if (typeof addon.name !== 'string') return 'it is no addon that loomgen made';
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
