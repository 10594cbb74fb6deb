/** Diagnostics of datagram fds: their handlers, addresses and groups. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM153x. */
export const datagramCodes = {
  LOOM1530: {
    severity: 'error',
    title: 'Datagrams without a handler',
    holes: ['where'],
    what: '{where} has no `handler`.',
    why: 'Datagrams are taken by C++; only streams and timers are delivered to JavaScript.',
    fix: 'Add the struct that has on_datagram; what JavaScript needs it may publish to a channel.',
    explanation: prose`
      Node has datagram sockets of its own, which are simpler for a few datagrams. What a handler
      publishes to a channel reaches JavaScript in batches, without a lock.
    `,
  },
  LOOM1531: {
    severity: 'error',
    title: 'Not a multicast group, or not one of its senders',
    holes: ['where', 'address', 'expected'],
    what: "{where} is '{address}', which is not {expected}.",
    why: 'A group is an IPv4 address of 224.0.0.0/4 or an IPv6 address of ff00::/8, in numbers.',
    fix: 'Write {expected}.',
    explanation: prose`
      A name is not looked up, because a group that changes by DNS would change what is received.
      \`source\` is the address of one sender, and it is not a group itself.
    `,
  },
  LOOM1532: {
    severity: 'error',
    title: 'Addresses of two families on one socket',
    holes: ['where', 'address', 'family', 'other', 'otherAddress', 'example'],
    what: "{where} is '{address}', but {other} is '{otherAddress}'.",
    why: 'A socket has one family; IPv4 and IPv6 have groups and addresses of their own.',
    fix: 'Write an {family} address there, such as {example}, or declare a second fd.',
    explanation: prose`
      A socket on [::] takes IPv4 peers in, but joins IPv6 groups only. For both families declare
      two fds, which may have the same handler.
    `,
  },
  LOOM1533: {
    severity: 'error',
    title: 'Groups that nothing can be received from',
    holes: ['where', 'reason', 'fix'],
    what: '{where} {reason}.',
    why: 'Each group is joined once by one socket, on the port that the group is sent to.',
    fix: '{fix}',
    explanation: prose`
      Without \`bind\` the kernel chooses a port that nobody sends to. With several sockets behind
      one port each would receive a copy of everything. A group with two sources is two entries.
    `,
  },
  LOOM1534: {
    severity: 'error',
    title: 'Not the name of an interface',
    holes: ['where', 'name', 'reason'],
    what: "{where} is '{name}', which {reason}.",
    why: 'Linux has names of at most 15 characters; an address that the interface has works too.',
    fix: 'Write a name that ip link lists, such as eth0.',
    explanation: prose`
      Whether the interface exists is looked at when the program starts, because the config may be
      built for another machine.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
