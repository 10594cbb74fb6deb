/** The part of the IR's strict schema that describes datagram fds; see `ir_schema.ts`. */
import * as v from 'valibot';
import { bit, list, lowerName, one, upperName, whole, word } from './ir_leaf.ts';
import { limits } from './limits.ts';

const address = word(/^[\x20-\x7e]{0,259}$/, 'an address of printable characters, or nothing');
const host = word(/^[0-9a-fA-F:.]{0,45}$/, 'an address in numbers, or nothing');
const interfaceName = word(/^[A-Za-z0-9_.:@-]{0,45}$/, 'the name of an interface, or nothing');
const bytes = whole(0, 2 ** 30);

const options = v.strictObject({
  reuseAddress: bit,
  reusePort: bit,
  broadcast: bit,
  ipv6Only: bit,
  receiveBufferBytes: bytes,
  sendBufferBytes: bytes,
  busyPollMicroseconds: whole(0, 1e6),
  typeOfService: whole(0, 255),
  mode: whole(0, 0o777),
  multicastLoop: bit,
  multicastHops: whole(0, 255),
  multicastInterface: interfaceName,
  device: interfaceName,
});

/** A datagram fd. */
export const datagramFd = v.strictObject({
  name: lowerName,
  typeName: upperName,
  kind: one('udp', 'unixDatagram'),
  index: whole(0, 65535),
  address,
  peer: address,
  handler: v.nullable(upperName),
  groups: list(
    v.strictObject({ address: host, interface: interfaceName, source: host }),
    limits.groups,
  ),
  firstSlot: whole(0, limits.slots),
  sockets: whole(1, 64),
  operations: v.record(lowerName, whole(1, limits.operations)),
  receive: v.strictObject({
    group: whole(0, 65535),
    bytes: whole(1, 65536),
    count: whole(1, 32768),
    strategy: v.exactOptional(one('direct')),
  }),
  send: v.strictObject({ bytes: whole(1, 65536), count: whole(1, 32768) }),
  jsSends: v.exactOptional(v.literal(1)),
  batch: whole(1, 64),
  timestamps: bit,
  drops: bit,
  destination: bit,
  options,
});
