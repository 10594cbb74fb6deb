/** What calls are: their types in C++, what their reactor has of them, and what JavaScript has. */
import type { Ir, IrReactor } from '../../schemas/ir.ts';
import type { IrCall } from '../../schemas/ir_calls.ts';
import { snakeCase } from '../case.ts';
import { fitted } from './cxx_layout.ts';
import { bannerLines } from './sentences.ts';
import { commentLines, cxxString, identifier, integer, typescriptString } from './text.ts';
import type { VisitorView } from './visitors.ts';

/** One call's type. */
export interface CallTypeView {
  comment: string[];
  typeName: string;
  handler: string;
  request: string;
  reply: string;
  shape: string[];
}

/** The view of `cxx/calls.hpp`. */
export interface CallsView {
  banner: string[];
  includes: string[];
  namespace: string;
  /** The user's structs, declared ahead. */
  handlers: string[];
  calls: CallTypeView[];
}

/** The calls of one reactor, and the structs that answer them. */
export interface ReactorCallsView {
  hasCalls: boolean;
  calls: { name: string; typeName: string }[];
  callees: { member: string; type: string }[];
}

/** A call with the reactor that takes it. */
export interface PlacedCall {
  name: string;
  reactor: IrReactor;
  call: IrCall;
}

/** Every call of a program, by its name. */
export function programCalls(ir: Ir): PlacedCall[] {
  const placed = ir.reactors.flatMap((reactor) =>
    (reactor.calls ?? []).map((call) => ({ name: call.name, reactor, call })),
  );
  return placed.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** One sentence about a call, with its config path first. */
export function describeCall(reactor: IrReactor, { name, ...call }: IrCall): string {
  const { handler, request, reply, pool } = call;
  const answers = `${handler} answers ${request} with ${reply} on pools.${pool}`;
  return `calls.${name} - ${answers}, asked through reactors.${reactor.name}.`;
}

/** Describes the types of some calls. */
export function callsView(ir: Ir, placed: readonly PlacedCall[]): CallsView {
  const namespace = identifier(ir.name);
  return {
    banner: bannerLines(ir, '// '),
    includes: [`${namespace}/messages.hpp`, 'loom/js_call.hpp'].sort(),
    namespace,
    handlers: [...new Set(placed.map(({ call }) => identifier(call.handler)))].sort(),
    calls: placed.map(({ reactor, call }) => ({
      comment: commentLines('/// ', describeCall(reactor, call)),
      typeName: identifier(call.typeName),
      handler: `::${identifier(call.handler)}`,
      request: `::${namespace}::${identifier(call.request)}`,
      reply: `::${namespace}::${identifier(call.reply)}`,
      shape: [
        `      .name = ${cxxString(call.name)},`,
        `      .index = ${integer(call.index)},`,
        `      .reply_offset = ${integer(call.replyOffset)},`,
        `      .bytes = ${integer(call.bytes)},`,
      ],
    })),
  };
}

/** The structs that answer the calls of a reactor, as member names by their types. */
function calleeMembers({ calls = [] }: IrReactor): Map<string, string> {
  const names = [...new Set(calls.map(({ handler }) => identifier(handler)))].sort();
  const short = names.map(snakeCase);
  const unique = new Set(short).size === names.length;
  return new Map(names.map((name, index) => [name, unique ? (short[index] ?? name) : name]));
}

/** The names of the structs that answer the calls of a reactor. */
export function calleesOf(reactor: IrReactor): string[] {
  return [...calleeMembers(reactor).keys()];
}

/** The members of a reactor that takes calls. */
export function reactorCalls(reactor: IrReactor): ReactorCallsView {
  const calls = reactor.calls ?? [];
  return {
    hasCalls: calls.length > 0,
    calls: calls.map(({ name, typeName }) => ({
      name: identifier(name),
      typeName: identifier(typeName),
    })),
    callees: [...calleeMembers(reactor)].map(([type, member]) => ({ member, type: `::${type}` })),
  };
}

/** What binds the calls of a reactor to their structs and pools. */
export function callStatements(ir: Ir, reactor: IrReactor): string[] {
  const members = calleeMembers(reactor);
  return (reactor.calls ?? []).flatMap(({ name, handler, pool }) => {
    const index = (ir.pools ?? []).findIndex((each) => each.name === pool);
    const callee = `callees_.${members.get(identifier(handler)) ?? ''}`;
    const head = `    calls_.${identifier(name)}.attach(`;
    const queue = `*run.pools[${integer(index)}]);`;
    return fitted(`${head}${callee}, ${queue}`, [
      `${head}${callee},`,
      `${' '.repeat(head.length)}${queue}`,
    ]);
  });
}

/** What shows the loop the calls. */
export function callVisitors({ calls = [] }: IrReactor): VisitorView[] {
  if (calls.length === 0) return [];
  const members = calls.map(({ name }) => `calls_.${identifier(name)}`);
  return [{ kind: 'call', isEmpty: false, members }];
}

/** The fields of each call in the bindings' descriptor. */
export function callFields({ calls = [] }: IrReactor): string[][] {
  return calls.map(({ name, index, replyOffset, bytes, request, reply }) => [
    `name: ${typescriptString(name)}`,
    `index: ${integer(index)}`,
    `replyOffset: ${integer(replyOffset)}`,
    `bytes: ${integer(bytes)}`,
    `writer: writers.${identifier(request)}Writer`,
    `reader: messages.${identifier(reply)}`,
  ]);
}

/** What JavaScript has of a call. */
export function callType({ request, reply }: IrCall): string {
  const asked = identifier(request);
  const types = [`writers.${asked}Writer`, `messages.${asked}Value`];
  return `Call<${types.join(', ')}, messages.${identifier(reply)}Value>`;
}
