/**
 * What can be measured: a command that keeps the contract of README.md. Ours, those of others that
 * this repository builds, and whatever a command line adds.
 */

/** What a server does with what it is sent: returns it, or takes it. */
export type Mode = 'echo' | 'sink';

/** A server that can be built here. */
export interface Peer {
  /** Short and without blanks, as tables and `--only` call it. */
  name: string;
  /** What it is, in a few words. */
  about: string;
  /** What it can do. */
  modes: readonly Mode[];
  /** Connections that it takes at most; scenarios with more leave it out. By default any. */
  connections?: number;
  /** Whether it takes part in a quick run. By default it does. */
  quick?: boolean;
  /**
   * Builds it.
   * @returns its command line, with absolute paths, to which MODE and ADDRESS are added
   * @throws {Error} with a sentence when it cannot be built
   */
  build(): Promise<string>;
}

/** A server that was built. */
export interface Server extends Omit<Peer, 'build'> {
  command: string;
}

/** `NAME=COMMAND` of a command line as a peer that is built already. */
export function peerOfOption(text: string): Peer {
  const [, name, command] = /^([^\s=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || command === undefined) {
    throw new RangeError(`--peer takes NAME=COMMAND, not '${text}'`);
  }
  return {
    name,
    about: command,
    modes: ['echo', 'sink'],
    build: () => Promise.resolve(command),
  };
}

/** Builds what can be built, a few at once. */
export async function buildAll(
  peers: readonly Peer[],
  atOnce: number,
  onFailure: (peer: Peer, reason: string) => void,
): Promise<Server[]> {
  const servers = new Map<Peer, Server>();
  const waiting = [...peers];
  const worker = async (): Promise<void> => {
    for (let peer = waiting.shift(); peer !== undefined; peer = waiting.shift()) {
      try {
        const { build: _, ...rest } = peer;
        servers.set(peer, { ...rest, command: await peer.build() });
      } catch (error) {
        onFailure(peer, error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return peers.flatMap((peer) => servers.get(peer) ?? []);
}
