/** Diagnostics about reactors with several instances. */
import { type CodeEntry, prose } from './code_entry.ts';

/** LOOM155x. */
export const groupCodes = {
  LOOM1551: {
    severity: 'error',
    title: 'An fd that has no instances',
    holes: ['where', 'kind', 'reactor', 'count'],
    what: '{where} is a {kind} on reactors.{reactor}, which has {count} instances.',
    why: 'Only servers are spread over instances, and only timers belong to each of them.',
    fix: 'Put it on a reactor of its own, without `count`.',
    explanation: prose`
      A group answers connections that come in. A client, a datagram socket, a pipe, an eventfd or
      a signal exists once: it would be unclear which instance it belongs to, or what the others do
      without it. Handlers of a group reach another reactor by its handle, with post().
    `,
  },
  LOOM1552: {
    severity: 'error',
    title: 'A group that delivers to JavaScript',
    holes: ['where', 'reactor', 'count'],
    what: '{where} goes to JavaScript from reactors.{reactor}, which has {count} instances.',
    why: 'Each instance has a ring of its own, and JavaScript reads one ring for each fd.',
    fix: 'Give it a C++ handler, or move it to a reactor without `count`.',
    explanation: prose`
      Streams and timers of JavaScript are those of one reactor. What the instances of a group have
      for JavaScript they publish to a channel, of which each has its own: program.top[2] is that of
      serve.2. Their counters are in program.stats under the reactor's name, a dot and the number:
      program.stats['serve.2'].
    `,
  },
  LOOM1553: {
    severity: 'error',
    title: 'A spread that cannot be',
    holes: ['where', 'reason', 'hint'],
    what: '{where} cannot spread its connections like that: {reason}.',
    why: 'How connections reach the instances depends on the socket and on its reactor.',
    fix: '{hint}',
    explanation: prose`
      With 'reuseport' every instance has a listener of its own, socket(7), SO_REUSEPORT: that takes
      TCP and an address to bind. With 'round-robin' and 'least-inflight' instance 0 accepts and
      hands the others their connections; what finds all of them full is refused. A group of
      count: { minimum, maximum } hands over: a listener that is closed takes with it what the
      kernel had put in its queue.
    `,
  },
  LOOM1554: {
    severity: 'error',
    title: 'Cores that do not fit the instances',
    holes: ['where', 'reason'],
    what: '{where} {reason}.',
    why: 'Instances on one core take its time from each other.',
    fix: 'Name one core for each instance in `cores`, or none at all.',
    explanation: prose`
      cores: [2, 3, 4, 5] pins the four instances of count: 4 in their order. Without it the kernel
      places them, as core: 'any' says.
    `,
  },
  LOOM1555: {
    severity: 'error',
    title: 'A group whose minimum is above its maximum',
    holes: ['where', 'minimum', 'maximum'],
    what: '{where} is {minimum}, and the maximum is {maximum}.',
    why: 'Between the two the group grows and shrinks with its connections.',
    fix: 'Write count: { minimum: {maximum}, maximum: {minimum} }, or one number.',
    explanation: prose`
      minimum instances always run. One more starts when each has growPercent of the
      connections of some server; one that is not needed for linger takes no new connection, and
      ends when those it has are over.
    `,
  },
  LOOM1556: {
    severity: 'error',
    title: 'A channel of a group that is not with JavaScript',
    holes: ['where', 'reactor', 'reason'],
    what: '{where} has an end in reactors.{reactor}, {reason}.',
    why: 'A channel has one writer and one reader, each a thread that is there from start to end.',
    fix: 'Give reactors.{reactor} a fixed `count` and the channel an end in JavaScript; else mail.',
    explanation: prose`
      Between JavaScript and a group of a fixed count each instance has a ring of its own:
      program.top[2] is that of serve.2. What goes to other reactors, or comes from a group that
      grows and shrinks, is mail: this->reactors.md.post<Book>(callable). Other processes read
      channels of reactors without count.
    `,
  },
} as const satisfies Record<string, CodeEntry>;
