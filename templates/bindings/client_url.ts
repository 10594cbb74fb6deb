/** `open({ url })`: the address of a program's one client, in the form of a URL or as it is. */
import type { ProgramDescriptor } from './descriptor.ts';
import { urlUnusable } from './lifecycle_errors.ts';

const schemes: Readonly<Record<string, (rest: string) => string>> = {
  'tcp:': (rest) => rest.replace(/^\/\//, '').replace(/\/$/, ''),
  'unix:': (rest) => rest.replace(/^\/\/(?=\/)/, ''),
};

/**
 * The fd and the address that `url` means: 'tcp://host:port', 'unix:///path', or an address as
 * `addresses` takes them.
 * @throws LoomError LOOM6032 when the program has no client fd or several, for another scheme, and
 * when `addresses` names the same fd.
 */
export function clientAddress(
  descriptor: Pick<ProgramDescriptor, 'reactors'>,
  url: string,
  addresses: Readonly<Record<string, string | undefined>>,
): [fd: string, address: string] {
  const clients = descriptor.reactors
    .flatMap(({ fds }) => fds)
    .filter(({ kind }) => kind === 'tcp' || kind === 'unix')
    .map(({ name }) => name);
  const [fd, ...others] = clients;
  if (fd === undefined || others.length > 0) {
    const known = clients.length === 0 ? 'none' : clients.join(', ');
    throw urlUnusable(url, `it means the one client of a program, and this one has ${known}`);
  }
  if (addresses[fd] !== undefined) {
    throw urlUnusable(url, `addresses.${fd} says the same fd's address`);
  }
  const scheme = /^[a-z][a-z0-9+.-]*:(?=\/)/i.exec(url)?.[0].toLowerCase();
  if (scheme === undefined) return [fd, url];
  const read = schemes[scheme];
  if (read === undefined) {
    throw urlUnusable(url, `there is 'tcp://host:port' and 'unix:///path', no '${scheme}//'`);
  }
  return [fd, read(url.slice(scheme.length))];
}
