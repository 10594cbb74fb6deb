/** Valid configs of every shape, for properties that hold for all of them. */
import fc from 'fast-check';
import { datagram, fileFd } from './arbitrary_fds.ts';
import { optional, powerOfTwo } from './arbitrary_leaf.ts';
import { arbitraryStruct, asMessage } from './arbitrary_message.ts';

const lowerName = fc
  .stringMatching(/^[a-z][a-z0-9]{0,6}(_[a-z0-9]{1,4})?$/)
  // A suffix keeps generated names out of the lists of reserved words.
  .map((name) => `${name}_q`);
const upperName = lowerName.map((name) => `M${name.replaceAll('_', '')}`);
const framing = fc.oneof(
  fc.constant({ kind: 'raw' }),
  fc.record({ kind: fc.constant('line'), maximum: fc.integer({ min: 16, max: 1 << 22 }) }),
  fc.record(
    {
      kind: fc.constant('lengthPrefixed'),
      width: fc.constantFrom('u16le', 'u16be', 'u32le', 'u32be', 'u64le', 'u64be'),
      maximum: fc.integer({ min: 1, max: 65535 }),
    },
    { requiredKeys: ['kind', 'width'] },
  ),
  fc.constant({ kind: 'lengthPrefixed', width: 'u8' }),
);

type Plain = Record<string, unknown>;

/** Who receives, and for a handler how it is written; fiber style needs a handler. */
const receiver = fc.constantFrom<Plain>(
  {},
  { handler: 'Book' },
  { handler: 'Echo', style: 'callback', jsSends: true },
  { handler: 'Echo', style: { fiber: 'small' } },
  { handler: 'Book', style: { fiber: 'large' } },
);

const stream = {
  framing,
  connections: fc.integer({ min: 1, max: 300 }),
  writeQueue: powerOfTwo(12, 20),
  receive: fc.record(
    {
      bytes: fc.integer({ min: 1024, max: 1 << 18 }),
      count: powerOfTwo(0, 6),
      strategy: fc.constantFrom('multishot', 'bundle', 'oneshot'),
    },
    { requiredKeys: [] },
  ),
  trigger: fc.constantFrom('edge', 'level'),
  receiveBuffer: fc.integer({ min: 2048, max: 1 << 24 }),
  busyPoll: fc.constantFrom('10us', '1ms'),
};
const client = {
  connectTimeout: fc.constantFrom('1s', '250ms'),
  reconnect: fc.constantFrom(false, { initial: '1ms' }, { initial: '1s', maximum: '1m' }, {}),
};
const server = {
  full: fc.constantFrom('refuse', 'wait'),
  backlog: fc.integer({ min: 1, max: 65535 }),
};
const tcp = {
  noDelay: fc.boolean(),
  quickAcknowledge: fc.boolean(),
  keepAlive: fc.constantFrom(false, {}, { idle: '1m', interval: '5s', count: 3 }),
  userTimeout: fc.constantFrom('1s', '1500ms'),
};
const type = fc.constantFrom('stream', 'seqpacket');

/** A unix fd; packets have no framing. */
function unixFd(options: { type?: string; framing?: unknown }, kind: string): Plain {
  const { framing, ...others } = options;
  const isPackets = options.type === 'seqpacket';
  return { ...others, ...(!isPackets && framing !== undefined && { framing }), kind };
}

/** An fd without its reactor and address; listeners get an address of their own by position. */
const fd = fc.oneof(
  optional({ ...stream, ...client, ...tcp }).map((options) => ({ ...options, kind: 'tcp' })),
  optional({ ...stream, ...server, ...tcp, reusePort: fc.boolean() }).map((options) => ({
    ...options,
    kind: 'tcpServer',
  })),
  optional({ ...stream, ...client, type }).map((options) => unixFd(options, 'unix')),
  optional({ ...stream, ...server, type, mode: fc.integer({ min: 0, max: 0o777 }) }).map(
    (options) => unixFd(options, 'unixServer'),
  ),
  datagram,
  fc
    .record(
      {
        every: fc.constantFrom('10us', '1s', '1h'),
        after: fc.constantFrom('1us', '2s'),
        handler: fc.constant('Stats'),
      },
      { requiredKeys: ['every'] },
    )
    .map((options) => ({ ...options, kind: 'timer' })),
  fc.constant<Plain>({ kind: 'timer', handler: 'Clock', start: 'manual' }),
  fileFd,
);

const reactor = optional({
  core: fc.oneof(fc.constant('any'), fc.integer({ min: 0, max: 1023 })),
  wait: fc.constantFrom('spin', 'block', { spin: '20us' }, { spin: '1ms' }),
  submitBatch: fc.integer({ min: 1, max: 2048 }),
  completionBatch: fc.integer({ min: 1, max: 4096 }),
  mailbox: powerOfTwo(1, 20),
  mailboxBatch: fc.integer({ min: 1, max: 65536 }),
  fibers: fc.integer({ min: 0, max: 100 }),
  fiberBatch: fc.integer({ min: 1, max: 65536 }),
  requests: fc.integer({ min: 0, max: 65536 }),
  jsRequests: powerOfTwo(1, 14),
  jsArena: powerOfTwo(12, 22),
  kernelWorkers: fc.constantFrom({}, { bounded: 4 }, { bounded: 1, unbounded: 8 }),
  stall: fc.constantFrom(false as const, '10ms'),
  inbox: powerOfTwo(12, 20),
  delivery: powerOfTwo(12, 22),
});

const channel = fc.oneof(
  optional({ capacity: powerOfTwo(1, 12), full: fc.constantFrom('drop-newest', 'conflate') }),
  fc.record({ direction: fc.constant('in'), full: fc.constantFrom('block', 'drop-oldest') }),
  fc.record({ direction: fc.constant('between'), full: fc.constantFrom('block', 'conflate') }),
  fc.constant({ direction: 'shared' }),
);

/** Who writes and who reads a channel; `name` is its own, `one` and `other` are reactors. */
function channelEnds(direction: unknown, name: string, one: unknown, other: unknown): Plain {
  const handler = 'Reader';
  if (direction === 'in') return { from: 'js', to: one, handler };
  if (direction === 'between' && one !== other) return { from: one, to: other, handler };
  return { from: one, to: direction === 'shared' ? { kind: 'sharedMemory', name } : 'js' };
}

const pool = fc.oneof(
  optional({ threads: fc.integer({ min: 1, max: 64 }), queue: powerOfTwo(1, 16) }),
  fc.constant({ threads: 2, cores: [5, 4] }),
);

const spelling = (name: string) => name.replaceAll('_', '').toLowerCase();
const names = (name: fc.Arbitrary<string>, minLength: number, maxLength: number) =>
  fc.uniqueArray(name, { minLength, maxLength, selector: spelling });

const isStreamKind = (kind: unknown) =>
  kind === 'tcp' || kind === 'tcpServer' || kind === 'unix' || kind === 'unixServer';

function address(kind: unknown, position: number): Plain {
  if (kind === 'timer' || kind === 'file') return {};
  if (kind === 'udp') return { bind: `0.0.0.0:${7000 + position}` };
  const isUnix = typeof kind === 'string' && kind.startsWith('unix');
  return { address: isUnix ? `/run/fd ${position}.sock` : `127.0.0.1:${7000 + position}` };
}

/** A config that `check` accepts, as a value. */
export const arbitraryConfig: fc.Arbitrary<Plain> = fc
  .record({
    reactorNames: names(lowerName, 1, 3),
    fdNames: names(lowerName, 1, 6),
    channelNames: names(lowerName, 0, 3),
    messageNames: names(upperName, 1, 3),
    poolNames: names(lowerName, 0, 2),
    callNames: names(lowerName, 0, 2),
    reactors: fc.array(reactor, { minLength: 3, maxLength: 3 }),
    fds: fc.array(fd, { minLength: 6, maxLength: 6 }),
    receivers: fc.array(receiver, { minLength: 6, maxLength: 6 }),
    stacks: fc.constantFrom<Plain>(
      {},
      { fibers: { context: 'assembly' } },
      { stacks: { small: { bytes: '16K', count: 9, waiting: 3 }, large: { bytes: 98304 } } },
    ),
    channels: fc.array(channel, { minLength: 3, maxLength: 3 }),
    messages: fc.array(arbitraryStruct, { minLength: 3, maxLength: 3 }),
    clock: fc.constantFrom('auto', 'tsc', 'monotonic'),
    package: fc.constantFrom<unknown>(
      false,
      {},
      { name: '@a/b-c', version: '1.0.0-rc.1', license: 'MIT', description: 'Ça *va*' },
      { repository: 'https://example.org/a' },
    ),
    pools: fc.array(pool, { minLength: 2, maxLength: 2 }),
    choices: fc.array(fc.nat(), { minLength: 16, maxLength: 16 }),
  })
  .map((given) => {
    const pick = (list: readonly string[], position: number) =>
      list[(given.choices[position] ?? 0) % list.length];
    const entries = (list: readonly string[], make: (position: number) => unknown) =>
      Object.fromEntries(list.map((name, position) => [name, make(position)]));
    const hasFiles = given.fds.some(({ kind }) => kind === 'file');
    const waiting = hasFiles ? { requests: 8 } : {};
    return {
      name: 'program_q',
      clock: given.clock,
      package: given.package,
      ...given.stacks,
      reactors: entries(given.reactorNames, (at) => ({
        ...given.reactors[at],
        ...waiting,
        // Every other reactor says which pool its backend may use.
        ...(at % 2 === 0 && given.poolNames.length > 0 && { blocking: pick(given.poolNames, at) }),
      })),
      pools: entries(given.poolNames, (at) => ({ ...given.pools[at], kind: 'pool' })),
      messages: Object.fromEntries(
        given.messageNames.map((name, at) => {
          const struct = given.messages[at];
          return [name, struct && asMessage(struct, name)];
        }),
      ),
      fds: entries(
        given.fdNames.map((name) => `f${name}`),
        (at) => ({
          ...given.fds[at],
          ...(isStreamKind(given.fds[at]?.kind) && given.receivers[at]),
          ...address(given.fds[at]?.kind, at),
          on: pick(given.reactorNames, at),
        }),
      ),
      channels: entries(
        given.channelNames.map((name) => `c${name}`),
        (at) => {
          const { direction, ...channel } = given.channels[at] as Plain;
          const [one, other] = [6, 7].map((choice) => pick(given.reactorNames, at + choice));
          return {
            ...channel,
            kind: 'channel',
            ...channelEnds(direction, `shared_${at}`, one, other),
            message: pick(given.messageNames, at + 9),
          };
        },
      ),
      calls: entries(
        given.poolNames.length === 0 ? [] : given.callNames.map((name) => `k${name}`),
        (at) => ({
          kind: 'call',
          on: pick(given.reactorNames, at + 11),
          pool: pick(given.poolNames, at + 12),
          request: pick(given.messageNames, at + 13),
          reply: pick(given.messageNames, at),
          handler: 'Answers',
        }),
      ),
      handlers: './handlers.hpp',
      native: { pkgConfig: ['simdjson'], sources: ['src/a b.cpp'], includeDirectories: ['.'] },
    };
  });

/** The same value with the keys of every object in an order that `random` chooses. */
export function shuffleKeys(value: unknown, random: () => number): unknown {
  if (Array.isArray(value)) return value.map((each) => shuffleKeys(each, random));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([key, item]) => ({ key, item: shuffleKeys(item, random), at: random() }))
    .sort((first, second) => first.at - second.at);
  return Object.fromEntries(entries.map(({ key, item }) => [key, item]));
}
