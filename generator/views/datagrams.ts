/** What a datagram fd is in C++: its groups and its shape, as `fds.hpp` writes them down. */
import type { IrDatagramFd, IrDatagramOptions } from '../../schemas/ir.ts';
import { jsSendsField } from './js_sends.ts';
import { nestedFields, stringField } from './cxx_layout.ts';
import { cxxString, integer } from './text.ts';

const indent = '      ';

/** Options in the order of loom::DatagramOptions; each is left out when it has this value. */
const optionNames: readonly (readonly [keyof IrDatagramOptions, string, number | string])[] = [
  ['reuseAddress', 'reuse_address', 0],
  ['reusePort', 'reuse_port', 0],
  ['broadcast', 'broadcast', 0],
  ['ipv6Only', 'ipv6_only', 0],
  ['receiveBufferBytes', 'receive_buffer_bytes', 0],
  ['sendBufferBytes', 'send_buffer_bytes', 0],
  ['busyPollMicroseconds', 'busy_poll_microseconds', 0],
  ['typeOfService', 'type_of_service', 0],
  ['mode', 'mode', 0],
  ['multicastLoop', 'multicast_loop', 1],
  ['multicastHops', 'multicast_hops', 1],
  ['multicastInterface', 'multicast_interface', ''],
  ['device', 'device', ''],
];

/** Options that are flags in C++. */
const flags = new Set(['reuseAddress', 'reusePort', 'broadcast', 'ipv6Only', 'multicastLoop']);

function optionFields(options: IrDatagramOptions): string[] {
  const fields = optionNames
    .filter(([key, , usual]) => options[key] !== usual)
    .map(([key, name]) => {
      const value = options[key];
      if (typeof value === 'string') return `.${name} = ${cxxString(value)}`;
      return `.${name} = ${flags.has(key) ? String(value === 1) : integer(value)}`;
    });
  return fields.length === 0 ? [] : nestedFields(indent, 'options', fields);
}

/** The lines of the groups' table; none without groups. */
export function groupLines(fd: IrDatagramFd): string[] {
  if (fd.groups.length === 0) return [];
  return [
    '  static constexpr loom::GroupShape groups[] = {',
    ...fd.groups.map((group) => {
      const parts = [`.address = ${cxxString(group.address)}`];
      if (group.interface !== '') parts.push(`.interface = ${cxxString(group.interface)}`);
      if (group.source !== '') parts.push(`.source = ${cxxString(group.source)}`);
      return `${indent}{${parts.join(', ')}},`;
    }),
    '  };',
  ];
}

/** The designated initializers of the shape; `operation` gives an enumerator. */
export function datagramShape(fd: IrDatagramFd, operation: (name: string) => string): string[] {
  const field = (name: string, value: string): string => `${indent}.${name} = ${value},`;
  const kind = fd.kind === 'udp' ? 'udp' : 'unix_datagram';
  return [
    ...stringField(indent, 'name', fd.name),
    field('index', integer(fd.index)),
    field('kind', `loom::DatagramKind::${kind}`),
    ...(fd.address === '' ? [] : stringField(indent, 'address', fd.address)),
    ...(fd.peer === '' ? [] : stringField(indent, 'peer', fd.peer)),
    ...(fd.groups.length === 0
      ? []
      : [field('groups', 'groups'), field('group_count', integer(fd.groups.length))]),
    field('first_slot', integer(fd.firstSlot)),
    field('sockets', integer(fd.sockets)),
    field('receive_operation', operation('receive')),
    field('send_operation', operation('send')),
    field('close_operation', operation('close')),
    field('cancel_operation', operation('cancel')),
    field('deadline_operation', operation('deadline')),
    field('buffer_group', integer(fd.receive.group)),
    field('receive_bytes', integer(fd.receive.bytes)),
    field('receive_count', integer(fd.receive.count)),
    ...jsSendsField(fd).map(([name, value]) => field(name, value)),
    field('send_bytes', integer(fd.send.bytes)),
    field('send_count', integer(fd.send.count)),
    field('batch', integer(fd.batch)),
    field('timestamps', String(fd.timestamps === 1)),
    field('drops', String(fd.drops === 1)),
    field('destination', String(fd.destination === 1)),
    ...(fd.receive.strategy === undefined
      ? []
      : [field('strategy', `loom::ReceiveStrategy::${fd.receive.strategy}`)]),
    ...optionFields(fd.options),
  ];
}
