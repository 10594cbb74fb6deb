/**
 * The same programs, read and watched in another way: what `receive.strategy` and `trigger` change
 * must not be seen by a peer or a handler. A variant's config is that of its folder, but for this.
 */

/** What a variant says of the stream fds. */
export interface Variant {
  strategy?: 'bundle' | 'oneshot' | 'direct';
  trigger?: 'level';
  /** Each connection is a fiber on a stack of this class. */
  stack?: 'small' | 'medium' | 'large';
}

/** Connections of one reactor that are received directly, in this test. */
const directConnections = 16;

/** The part of a config that is looked at here. */
interface Fd {
  kind: string;
  on: string;
  connections?: number;
  receive?: object;
}

/** Takes as many fds as may be direct, the largest that fit first. */
function directFds(fds: Readonly<Record<string, Fd>>): Set<string> {
  const left = new Map<string, number>();
  const sized = Object.entries(fds).map(([name, fd]) => {
    const connections = fd.connections ?? (fd.kind.endsWith('Server') ? 64 : 1);
    return { name, on: fd.on, connections };
  });
  sized.sort((a, b) => b.connections - a.connections);
  const chosen = sized.filter(({ on, connections }) => {
    const room = left.get(on) ?? directConnections;
    if (connections > room) return false;
    left.set(on, room - connections);
    return true;
  });
  return new Set(chosen.map(({ name }) => name));
}

/** The config with each of its streams served as `variant` says. */
export function vary<Config extends { fds: object }>(config: Config, variant: Variant): Config {
  const fds = config.fds as Readonly<Record<string, Fd>>;
  const streams = Object.entries(fds).filter(([, fd]) => /^(?:tcp|unix)(?:Server)?$/.test(fd.kind));
  const direct = directFds(Object.fromEntries(streams));
  const varied = streams.map(([name, fd]) => {
    const { strategy, trigger, stack } = variant;
    const receives = strategy !== undefined && (strategy !== 'direct' || direct.has(name));
    return [
      name,
      {
        ...fd,
        ...(receives && { receive: { ...fd.receive, strategy } }),
        ...(trigger && { trigger }),
        ...(stack && { style: { fiber: stack } }),
      },
    ];
  });
  return { ...config, fds: { ...fds, ...Object.fromEntries(varied) } };
}
