/** Addresses of stream sockets: reading them, and telling whether two listeners collide. */
import { isIPv4, isIPv6 } from 'node:net';
import { posix } from 'node:path';
import { limits } from '../schemas/limits.ts';

/** A TCP address taken apart. */
export interface HostPort {
  host: string;
  port: number;
  family: 'IPv4' | 'IPv6' | 'name';
}

const hostName = /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)*\.?$/;
const highestPort = 65535;

/**
 * Reads `host:port` or `[IPv6]:port`. Gives a reason in words when it is not one; the port may be
 * beyond 65535, which is another mistake.
 */
export function parseHostPort(text: string): HostPort | { reason: string } {
  if (text.includes('://')) return { reason: 'it has a scheme' };
  // This text ends in string literals and comments of C++ and TypeScript.
  if (/[^A-Za-z0-9.:%_[\]-]/.test(text)) {
    return { reason: 'it has a space or another strange character' };
  }
  const bracketed = /^\[([^\]]*)\](?::(\d*))?$/.exec(text);
  if (bracketed !== null) {
    const [, host = '', port] = bracketed;
    if (!isIPv6(host)) return { reason: `'${host}' is not an IPv6 address` };
    if (!port) return { reason: 'it has no port' };
    return { host, port: Number(port), family: 'IPv6' };
  }
  if (isIPv6(text)) return { reason: 'an IPv6 address needs square brackets and a port' };
  const colon = text.lastIndexOf(':');
  if (colon < 0) return { reason: 'it has no port' };
  const host = text.slice(0, colon);
  const port = text.slice(colon + 1);
  if (isIPv6(host)) return { reason: 'an IPv6 address needs square brackets' };
  if (host === '') return { reason: 'it has no host; every address is 0.0.0.0' };
  if (!/^\d{1,9}$/.test(port)) return { reason: `'${port}' is not a port` };
  if (isIPv4(host)) return { host, port: Number(port), family: 'IPv4' };
  if (/^[\d.]+$/.test(host)) return { reason: `'${host}' is not an IPv4 address` };
  if (!hostName.test(host)) return { reason: `'${host}' is not the name of a host` };
  return { host: host.toLowerCase(), port: Number(port), family: 'name' };
}

/** True when a port can be used; only a listener may let the kernel choose with 0. */
export function isPort(port: number, isServer: boolean): boolean {
  return port >= (isServer ? 0 : 1) && port <= highestPort;
}

/** Whether a unix address is a name in the abstract namespace, unix(7), and no path. */
export function isAbstract(address: string): boolean {
  return address.startsWith('@');
}

/** Whether an address names a socket that is open at start, such as `fd:3`. */
export function isAdopted(address: string): boolean {
  return address.startsWith('fd:');
}

/** Whether a unix address is a path, with a file and a mode. */
export function isPath(address: string): boolean {
  return !isAbstract(address) && !isAdopted(address);
}

/** Whether the number of a descriptor is one that a parent may pass: 3 to 1048575. */
export function isPassedDescriptor(address: string): boolean {
  const number = /^fd:(\d{1,7})$/.exec(address)?.[1];
  return number !== undefined && Number(number) >= 3 && Number(number) < 2 ** 20;
}

/** Why a text cannot be that of a unix socket, in words; undefined when sun_path takes it. */
export function unixPathMistake(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path === '@') return 'has no abstract name behind its @';
  const bytes = Buffer.byteLength(path) - (isAbstract(path) ? 1 : 0);
  if (bytes <= limits.unixPathBytes) return undefined;
  return `has ${bytes} bytes, at most ${limits.unixPathBytes} fit`;
}

/** A listener as far as collisions go. */
export interface Listener {
  kind: 'tcpServer' | 'unixServer';
  address: string;
  reusePort: boolean;
  ipv6Only: boolean;
}

const canonical = (at: HostPort): string => {
  if (at.host === 'localhost') return '127.0.0.1';
  if (at.family !== 'IPv6') return at.host;
  // The URL parser writes an IPv6 address in its one canonical form (RFC 5952).
  return new URL(`http://[${at.host.split('%')[0]}]/`).hostname.slice(1, -1);
};

/** True when the second of two listeners could not bind. */
export function collide(first: Listener, second: Listener): boolean {
  if (isAdopted(first.address)) return first.address === second.address;
  if (first.kind !== second.kind || isAdopted(second.address)) return false;
  if (first.kind === 'unixServer') {
    if (isAbstract(first.address)) return first.address === second.address;
    return posix.normalize(first.address) === posix.normalize(second.address);
  }
  const one = parseHostPort(first.address);
  const two = parseHostPort(second.address);
  if ('reason' in one || 'reason' in two || one.port !== two.port || one.port === 0) return false;
  if (first.reusePort && second.reusePort) return false;
  const hosts = [canonical(one), canonical(two)];
  if (hosts[0] === hosts[1]) return true;
  const takesAll = (at: HostPort, listener: Listener, other: HostPort): boolean => {
    const host = canonical(at);
    if (host === '0.0.0.0') return other.family !== 'IPv6';
    return host === '::' && (other.family === 'IPv6' || !listener.ipv6Only);
  };
  return takesAll(one, first, two) || takesAll(two, second, one);
}
