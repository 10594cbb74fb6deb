/**
 * What a config may ask for that is not everywhere: feature × platform. Each row is one thing that
 * a system besides Linux may lack; `check` refuses a config that names such a platform and asks for
 * it, and `docs/OPERATIONS.md` prints the table.
 */
import {
  type FeatureCell,
  type FeatureName,
  how,
  lacks,
  windowsFeatures,
} from './windows_features.ts';

/** A platform besides Linux that a config can name. */
export type OtherPlatform = 'darwin' | 'freebsd' | 'win32';

/** One row, but for Windows. */
interface UnixFeature extends Readonly<Record<'darwin' | 'freebsd', FeatureCell>> {
  /** What is asked for, behind `asks for`. */
  asks: string;
  /** What to do where it is not, a sentence without its full stop. */
  instead: string;
}

/** One row. */
export type PlatformFeature = UnixFeature & Readonly<Record<'win32', FeatureCell>>;

/** A row that Darwin and FreeBSD lack. */
const nowhere = (asks: string, reason: string, instead: string): UnixFeature => ({
  ...{ asks, instead },
  ...{ darwin: lacks(reason), freebsd: lacks(reason) },
});

/** A row that Darwin and FreeBSD have as Linux does. */
const onUnix = (asks: string, text: string, instead: string): UnixFeature => ({
  ...{ asks, instead },
  ...{ darwin: how(text), freebsd: how(text) },
});

/** The rows; what Windows has of each is in `windows_features.ts`. */
const rows = {
  unix: onUnix('a unix socket', 'unix(4)', 'Use tcp or tcpServer on 127.0.0.1'),
  passing: onUnix('descriptors beside bytes', 'SCM_RIGHTS, unix(4)', 'Leave descriptors out'),
  dealtUnix: onUnix(
    'connections of a unix server that are dealt out',
    'accept(2), and a post',
    'Give the reactor one instance',
  ),
  datagrams: onUnix('datagrams', 'udp(4)', 'Use a stream'),
  unixDatagrams: onUnix('datagrams of a unix socket', 'unix(4)', 'Use udp on 127.0.0.1'),
  pipe: onUnix('a pipe', 'read(2) and write(2)', 'Use tcp or tcpServer on 127.0.0.1'),
  file: onUnix(
    'a file',
    'system requests, in a pool',
    "Leave it out, and write it by <cstdio>'s calls",
  ),
  direct: {
    asks: 'a file past the page cache',
    darwin: lacks('there is no O_DIRECT'),
    freebsd: how('O_DIRECT'),
    instead: 'Leave direct out',
  },
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
} satisfies Record<FeatureName, UnixFeature>;

/** The row of a feature. */
export function featureOf(name: FeatureName): PlatformFeature {
  return { ...rows[name], win32: windowsFeatures[name] };
}

/** The table as the document has it. */
export function featureTable(): string {
  const cell = (value: FeatureCell): string =>
    'how' in value ? value.how : `not there: ${value.lacks}`;
  const lines = (Object.keys(rows) as FeatureName[]).map((name) => {
    const { asks, instead, ...cells } = featureOf(name);
    const { darwin, freebsd, win32 } = cells;
    return `| ${[asks, ...[darwin, freebsd, win32].map(cell), instead].join(' | ')} |`;
  });
  const head = [
    '| a config asks for | Darwin | FreeBSD | Windows | where it is not |',
    '|---|---|---|---|---|',
  ];
  return [...head, ...lines].join('\n');
}
