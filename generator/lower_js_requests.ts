/**
 * Lowers what JavaScript may ask of a reactor besides its connections: how many requests it can
 * have in flight, and where they and their memory lie in the shared block.
 */
import type { CheckedConfig, CheckedReactor } from '../schemas/config.ts';
import type { IrJsRequests } from '../schemas/ir_js_requests.ts';
import { alignUp } from './message_types.ts';

const ringHeaderBytes = 128;
const ringAlignment = 128;
const pageBytes = 4096;
/** `JsRequest` of the runtime. */
const entryBytes = 64;
/**
 * A cancellation, the next request and its cancellation can be unread of one number at once: the
 * number is free again before the reactor has read the first of them.
 */
const entriesPerRequest = 4;
const defaultCount = 64;
const defaultArenaBytes = 1024 * 1024;

/**
 * Requests of JavaScript that a reactor can have in flight; undefined: JavaScript asks for nothing.
 * A file that no handler of its reactor has is JavaScript's, and so are calls, and sends that a
 * config allows.
 */
export function jsRequestCount(name: string, config: CheckedConfig): number | undefined {
  const declared = config.reactors[name]?.jsRequests;
  if (declared !== undefined) return declared;
  const fds = Object.values(config.fds).filter(({ on }) => on === name);
  if (fds.some((fd) => 'jsSends' in fd && fd.jsSends)) return defaultCount;
  if (Object.values(config.calls).some(({ on }) => on === name)) return defaultCount;
  const isHandled = fds.some(({ handler }) => handler !== undefined);
  return !isHandled && fds.some(({ kind }) => kind === 'file') ? defaultCount : undefined;
}

/** Bytes of the arena of a reactor that has one. */
export function arenaBytesOf({ jsArena }: Pick<CheckedReactor, 'jsArena'>): number {
  return jsArena ?? defaultArenaBytes;
}

/** Lays requests and their memory out behind `end`, and says where the block goes on. */
export function lowerJsRequests(
  reactor: Pick<CheckedReactor, 'jsArena'>,
  count: number | undefined,
  end: number,
): { jsRequests: IrJsRequests | undefined; end: number } {
  if (count === undefined) return { jsRequests: undefined, end };
  const offset = alignUp(end, ringAlignment);
  const entries = count * entriesPerRequest;
  const arenaOffset = alignUp(offset + ringHeaderBytes + entries * entryBytes, pageBytes);
  const arenaBytes = arenaBytesOf(reactor);
  const jsRequests = { count, offset, entries, arenaOffset, arenaBytes };
  return { jsRequests, end: arenaOffset + arenaBytes };
}
