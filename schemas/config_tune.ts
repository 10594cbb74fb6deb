/**
 * The part of the config that `loomgen tune` reads: how the program is loaded when its variants are
 * compared, and by which figure. Nothing of it reaches the generated program.
 */
import * as v from 'valibot';
import { choice, integer, text } from './leaf.ts';

const streamLoad = {
  /** The server that is loaded: a key of `fds`, with a handler. */
  fd: text("the name of a server's fd, such as 'tcp'"),
  /** Connections; 1 to 4096, and no more than the fd takes.
   * @default 1 */
  connections: v.optional(integer('connections', 1, 4096), 1),
  /** Bytes of a message, without the u16 before it that says so; 16 to 65535.
   * @default 64 */
  bytes: v.optional(integer('bytes', 16, 65535), 64),
};

/** Messages that come back as they went. */
const echoLoad = v.strictObject({
  kind: v.literal('echo'),
  ...streamLoad,
  /** Messages on their way on each connection; 1 to 4096.
   * @default 1 */
  depth: v.optional(integer('messages', 1, 4096), 1),
});

/** Messages that nobody answers, as fast as they are taken. */
const ingestLoad = v.strictObject({
  kind: v.literal('ingest'),
  ...streamLoad,
  /** Messages in one send; 1 to 4096.
   * @default 8 */
  batch: v.optional(integer('messages', 1, 4096), 8),
});

/** Messages that nobody answers, at a rate. */
const pacedLoad = v.strictObject({
  kind: v.literal('paced'),
  ...streamLoad,
  /** Messages a second; 1 to 100000000.
   * @default 100000 */
  rate: v.optional(integer('messages a second', 1, 100_000_000), 100_000),
});

/** A load of your own. */
const commandLoad = v.strictObject({
  kind: v.literal('command'),
  /** A shell command that loads one variant and prints its figures as a line of JSON. It runs in
   * the folder in which `loomgen tune` was typed. */
  command: text('a shell command'),
});

/** What `loomgen tune` measures with. */
export const tuneSchema = v.strictObject({
  /** How the program is loaded: `echo`, `ingest`, `paced`, or a `command` of yours. */
  load: v.variant('kind', [echoLoad, ingestLoad, pacedLoad, commandLoad]),
  /** The figure that decides. By default `p50` of an echo and of a command, `rate` of an ingest,
   * `cpu` of a paced load. */
  metric: v.optional(text("the name of a figure, such as 'p99'")),
  /** Which way is better. By default `higher` for `rate`, `lower` for percentiles such as `p50`,
   * `max`, `cpu`, `calls` and `lateness_p99`; any other figure needs it. */
  better: v.optional(choice(['lower', 'higher'])),
});

/** A checked `tune`. */
export type CheckedTune = v.InferOutput<typeof tuneSchema>;
