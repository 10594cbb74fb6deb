/**
 * What a config may ask for that is not everywhere: feature × platform. Each row is one thing that
 * a system besides Linux may lack; `check` refuses a config that names such a platform and asks for
 * it, and `docs/OPERATIONS.md` prints the table.
 */

/** A platform besides Linux that a config can name. */
export type OtherPlatform = 'darwin' | 'freebsd';

/** Whether a platform has it: how, or why not and what else does. */
export type FeatureCell = { how: string } | { lacks: string };

/** One row. */
export interface PlatformFeature extends Readonly<Record<OtherPlatform, FeatureCell>> {
  /** What is asked for, behind `asks for`. */
  asks: string;
  /** What to do where it is not, a sentence without its full stop. */
  instead: string;
}

const how = (text: string): FeatureCell => ({ how: text });
const lacks = (text: string): FeatureCell => ({ lacks: text });

/** A row that no platform besides Linux has. */
const nowhere = (
  asks: string,
  reason: string,
  instead: string,
): PlatformFeature & Record<OtherPlatform, { lacks: string }> => ({
  ...{ asks, instead },
  ...{ darwin: { lacks: reason }, freebsd: { lacks: reason } },
});

/** The table. */
export const platformFeatures = {
  eventfd: {
    asks: 'an eventfd',
    darwin: lacks('there is no eventfd(2)'),
    freebsd: how('eventfd(2)'),
    instead: 'Leave it out, and post mail to the reactor instead',
  },
  signal: {
    asks: 'signals as events',
    darwin: how('EVFILT_SIGNAL: the number alone, several as one'),
    freebsd: how('EVFILT_SIGNAL: the number alone, several as one'),
    instead: 'Leave it out',
  },
  power: nowhere('SIGPWR', 'there is no such signal', 'Leave it out'),
  sharedMemory: nowhere(
    'a channel in shared memory',
    'there is no /dev/shm, and no file gets its name when it is whole',
    'Send the messages through a socket',
  ),
  abstractName: nowhere(
    'an abstract name',
    'the names of unix sockets are paths there',
    'Name a path',
  ),
  adopted: {
    asks: 'a socket that is open at start',
    darwin: lacks('there is no SO_DOMAIN, and nothing says what the socket is'),
    freebsd: how('SO_DOMAIN'),
    instead: 'Name an address',
  },
  seqpacket: {
    asks: 'packets of a unix socket',
    darwin: lacks('unix sockets have no SOCK_SEQPACKET'),
    freebsd: how('SOCK_SEQPACKET'),
    instead: "Write type: 'stream' and a framing",
  },
  reuseport: nowhere(
    'connections that the kernel spreads',
    'SO_REUSEPORT shares an address there and spreads nothing',
    "Write spread: 'round-robin'",
  ),
  sockets: nowhere(
    'datagrams that the kernel spreads over sockets',
    'SO_REUSEPORT shares an address there and spreads nothing',
    'Write sockets: 1',
  ),
  quickAcknowledge: nowhere(
    'acknowledgements at once',
    'there is no TCP_QUICKACK',
    'Leave quickAcknowledge out',
  ),
  userTimeout: nowhere(
    'a limit on unacknowledged data',
    'there is no TCP_USER_TIMEOUT',
    'Leave userTimeout out, and use keepAlive',
  ),
  busyPoll: nowhere('busy polling', 'there is no SO_BUSY_POLL', 'Leave busyPoll out'),
  timestamps: nowhere(
    'receive times',
    'there is no SO_TIMESTAMPNS',
    "Write timestamps: 'none', and take the time in the handler",
  ),
  destination: nowhere(
    'the destination of each datagram',
    'there is no IP_PKTINFO as Linux has it',
    'Bind a socket for each address',
  ),
  device: nowhere(
    'one interface alone',
    'there is no SO_BINDTODEVICE',
    'Bind to an address that the interface has',
  ),
} as const satisfies Record<string, PlatformFeature>;

/** The name of a row. */
export type FeatureName = keyof typeof platformFeatures;

/** The table as the document has it. */
export function featureTable(): string {
  const cell = (value: FeatureCell): string =>
    'how' in value ? value.how : `not there: ${value.lacks}`;
  const rows = Object.values<PlatformFeature>(platformFeatures).map(
    ({ asks, darwin, freebsd, instead }) =>
      `| ${asks} | ${cell(darwin)} | ${cell(freebsd)} | ${instead} |`,
  );
  const head = ['| a config asks for | Darwin | FreeBSD | where it is not |', '|---|---|---|---|'];
  return [...head, ...rows].join('\n');
}
