/**
 * What Windows has of the table of platform features, and what it lacks: its column, in a file of
 * its own because it changes more often than the rest. A cell that says how is no longer refused.
 */

/** Whether a platform has something: how, or why not. */
export type FeatureCell = { how: string } | { lacks: string };

/** A cell of what is there. */
export const how = (text: string): FeatureCell => ({ how: text });
/** A cell of what is not. */
export const lacks = (text: string): FeatureCell => ({ lacks: text });

/** The column; its names are those of the rows. */
export const windowsFeatures = {
  unix: how('a named pipe'),
  passing: lacks('named pipes pass nothing but bytes'),
  dealtUnix: lacks('a named pipe stays with the port that it was bound to'),
  datagrams: how('WSARecvMsg and WSASendTo'),
  unixDatagrams: lacks('unix sockets have none'),
  pipe: lacks('the backend reads and writes sockets alone'),
  file: how('system requests, in a pool'),
  direct: lacks('files are opened buffered'),
  eventfd: lacks('there is no eventfd(2)'),
  signal: lacks('there are no signals that a descriptor could tell'),
  power: lacks('there is no such signal'),
  sharedMemory: lacks('there is no /dev/shm, and no file gets its name when it is whole'),
  abstractName: how('a named pipe of that name'),
  adopted: lacks('there is no SO_DOMAIN, and nothing says what the socket is'),
  seqpacket: lacks('unix sockets have no SOCK_SEQPACKET'),
  reuseport: lacks('there is no SO_REUSEPORT'),
  sockets: lacks('there is no SO_REUSEPORT'),
  quickAcknowledge: lacks('there is no TCP_QUICKACK'),
  userTimeout: lacks('there is no TCP_USER_TIMEOUT'),
  busyPoll: lacks('there is no SO_BUSY_POLL'),
  timestamps: lacks('there is no SO_TIMESTAMPNS'),
  destination: how('IP_PKTINFO of WSARecvMsg'),
  device: lacks('there is no SO_BINDTODEVICE'),
} as const satisfies Record<string, FeatureCell>;

/** The name of a row. */
export type FeatureName = keyof typeof windowsFeatures;
