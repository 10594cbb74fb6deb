/** What servers are measured at, as data: to add a scenario, add a row. */

import type { Mode, Transport } from './server.ts';
import type { Metric } from './trial.ts';

/** What is compared, and by which figure. */
export interface Subject {
  /** As `--scenario` calls it. */
  name: string;
  /** In a few words. */
  about: string;
  metric: Metric;
  /** Whether a quick run has it. */
  quick: boolean;
}

/** A load, and the figure by which servers are compared under it. */
export interface Scenario extends Subject {
  /** The mode of the load generator; the server's follows from it. */
  load: 'echo' | 'ingest' | 'paced' | 'replay';
  transport: Transport;
  /** Of UDP one: a sender. */
  connections: number;
  /** Bytes of a body; of a replay 0, because each has its own. */
  bytes: number;
  /** echo: messages in flight on each connection. */
  depth?: number;
  /** ingest: messages in one send, over UDP in one datagram. */
  batch?: number;
  /** paced: messages a second. */
  rate?: number;
  /** replay: by which the recorded times are divided. */
  speed?: number;
  /** Over UDP, the part of the messages that may be lost in a trial which counts. */
  lossAtMost?: number;
  /** What is compared: messages a second, or the time of a message at a percentile. */
  metric: 'rate' | 'p50' | 'p99';
}

/** One connection, one message at a time. */
function roundTrip(transport: 'tcp' | 'unix'): Scenario {
  return {
    name: `round-trip-${transport}`,
    about: `round trip of 64 B on one ${transport} connection`,
    load: 'echo',
    transport,
    connections: 1,
    bytes: 64,
    depth: 1,
    metric: 'p50',
    quick: transport === 'tcp',
  };
}

/** Several connections, each with `depth` messages on their way. */
function echoes(connections: number, depth: number, bytes: number): Scenario {
  return {
    name: `echo-${connections}x${depth}-${bytes}`,
    about: `echo of ${bytes} B on ${connections} tcp connections, ${depth} in flight on each`,
    load: 'echo',
    transport: 'tcp',
    connections,
    bytes,
    depth,
    metric: 'rate',
    quick: connections === 64 && depth === 16 && bytes === 64,
  };
}

/** Messages that nobody answers, as fast as they are taken. */
function ingest(batch: number): Scenario {
  return {
    name: `ingest-${batch}`,
    about: `messages of 150 B on 4 tcp connections, ${batch} in a send`,
    load: 'ingest',
    transport: 'tcp',
    connections: 4,
    bytes: 150,
    batch,
    metric: 'rate',
    quick: batch === 256,
  };
}

/** Messages at their times, from when each was due to its handler. */
function paced(thousands: number): Scenario {
  return {
    name: `paced-${thousands}k`,
    about: `messages of 150 B on 4 tcp connections, ${thousands},000 a second; due to handled`,
    load: 'paced',
    transport: 'tcp',
    connections: 4,
    bytes: 150,
    rate: thousands * 1000,
    metric: 'p50',
    quick: thousands === 100,
  };
}

/** Datagrams as fast as one sender can: how much of that is taken. Whatever is lost is counted. */
function datagramIngest(batch: number): Scenario {
  return {
    name: `udp-ingest-${batch}`,
    about: `messages of 150 B, ${batch} a datagram, as fast as one sender can`,
    load: 'ingest',
    transport: 'udp',
    connections: 1,
    bytes: 150,
    batch,
    lossAtMost: 1,
    metric: 'rate',
    quick: false,
  };
}

/** A message a datagram, each at its time. */
function datagramsPaced(thousands: number): Scenario {
  return {
    name: `udp-paced-${thousands}k`,
    about: `datagrams of one message of 150 B, ${thousands},000 a second; due to handled`,
    load: 'paced',
    transport: 'udp',
    connections: 1,
    bytes: 150,
    rate: thousands * 1000,
    lossAtMost: 0.05,
    metric: 'p50',
    quick: false,
  };
}

/** An exchange's session as it was recorded, the part with the most messages, faster. */
function burstRecording(speed: number): Scenario {
  return {
    name: 'burst-recording',
    about: `the busiest part of a recorded session, ${speed} times as fast; due to handled`,
    load: 'replay',
    transport: 'tcp',
    connections: 1,
    bytes: 0,
    speed,
    metric: 'p99',
    quick: false,
  };
}

/** Every scenario, in the order of the report. */
export const scenarios: readonly Scenario[] = [
  roundTrip('tcp'),
  roundTrip('unix'),
  ...[8, 64, 512].flatMap((connections) =>
    [1, 16].flatMap((depth) => [64, 1024].map((bytes) => echoes(connections, depth, bytes))),
  ),
  echoes(256, 1, 64),
  echoes(1024, 1, 64),
  ingest(8),
  ingest(256),
  paced(100),
  paced(400),
  burstRecording(50),
  datagramIngest(8),
  datagramsPaced(100),
];

/** The server's mode under a load. */
export function modeOf({ load }: Scenario): Mode {
  return load === 'echo' ? 'echo' : 'sink';
}
