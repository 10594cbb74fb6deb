/**
 * The part of the config that `loomgen build --trace` reads: which functions get zones, and how
 * they look. Nothing of it reaches the program of a build without `--trace`.
 */
import * as v from 'valibot';
import { flag, integer, text } from './leaf.ts';

/** The largest colour: 0xRRGGBB. */
const white = 0xff_ff_ff;

/** What `loomgen build --trace` puts zones into. */
export const traceSchema = v.strictObject({
  /** Globs of C++ files that get zones besides the handlers and `native.sources`, relative to the
   * config: headers that these include.
   * @default [] */
  sources: v.optional(v.array(text("a glob, such as 'feed/*.hpp'")), []),
  /** Globs of TypeScript files that get zones, relative to the config. Copies of them are written
   * into `typescript/` of the output folder.
   * @default [] */
  typescript: v.optional(v.array(text("a glob, such as 'src/**'")), []),
  /** Globs of paths, relative to the config, and of qualified names, such as 'Book::*': what
   * matches one of them gets a zone. None: everything does.
   * @default [] */
  include: v.optional(v.array(text("a glob of paths or names, such as 'Book::*'")), []),
  /** Globs like those of `include`, of what gets no zone; they win.
   * @default [] */
  exclude: v.optional(v.array(text("a glob of paths or names, such as '*::size'")), []),
  /** Lines of the shortest function body that gets a zone; 1 to 1000.
   * @default 1 */
  minimumBodyLines: v.optional(integer('lines', 1, 1000), 1),
  /** Colours by the names of fds, for their completions and the functions of their handlers:
   * 0xRRGGBB; 0 to 16777215. Without one Tracy chooses.
   * @default {} */
  colours: v.optional(v.record(v.string(), integer('0xRRGGBB', 0, white)), {}),
  /** Each turn of a reactor ends a frame that has the reactor's name.
   * @default false */
  frameMark: v.optional(flag(), false),
});

/** A checked `trace`. */
export type CheckedTrace = v.InferOutput<typeof traceSchema>;
