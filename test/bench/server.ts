/**
 * What can be measured: a command that keeps the contract of README.md. Ours, those of others that
 * this repository builds, and whatever a command line adds.
 */

/** What a server does with what it is sent: returns it, or takes it. */
export type Mode = 'echo' | 'sink';

/** What carries its messages. */
export type Transport = 'tcp' | 'unix' | 'udp';

/** One thing that a server can be asked for. */
export interface Need {
  mode: Mode;
  transport: Transport;
}

/** A server that can be built here. */
export interface Peer {
  /** Short and without blanks, as tables and `--only` call it. */
  name: string;
  /** What it is, in a few words. */
  about: string;
  /** What it can do. */
  modes: readonly Mode[];
  /** On what it can. */
  transports: readonly Transport[];
  /** Connections that it takes at most; scenarios with more leave it out. By default any. */
  connections?: number;
  /** Whether it takes part in a quick run. By default it does. */
  quick?: boolean;
  /**
   * Builds it, as far as it is needed.
   * @returns its command line, with absolute paths, to which MODE and ADDRESS are added
   * @throws {Error} with a sentence when it cannot be built
   */
  build(needs: readonly Need[]): Promise<string>;
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
    transports: ['unix', 'tcp', 'udp'],
    build: () => Promise.resolve(command),
  };
}

/** Builds what can be built, a few at once. */
export async function buildAll(
  peers: readonly Peer[],
  needs: readonly Need[],
  atOnce: number,
  onFailure: (peer: Peer, reason: string) => void,
): Promise<Server[]> {
  const servers = new Map<Peer, Server>();
  const waiting = [...peers];
  const worker = async (): Promise<void> => {
    for (let peer = waiting.shift(); peer !== undefined; peer = waiting.shift()) {
      try {
        const { build: _, ...rest } = peer;
        servers.set(peer, { ...rest, command: await peer.build(needs) });
      } catch (error) {
        onFailure(peer, error instanceof Error ? error.message : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return peers.flatMap((peer) => servers.get(peer) ?? []);
}
