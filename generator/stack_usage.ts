/**
 * Whether the stacks of a program are large enough, by what the compiler says of its functions:
 * frames and calls in g++'s call graph (`-fcallgraph-info=su`, a `.ci` file beside each object),
 * frames alone with clang (`-fstack-usage`, `.su`). From a fiber's first function the deepest
 * chain of known calls is a depth that the fiber can reach, so a class below it is too small. The
 * depth is open where the compiler cannot know it: recursion, calls through pointers, frames of
 * dynamic size, functions of libraries. Those have the reserve.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ir } from '../schemas/ir.ts';
import { pascalCase } from './case.ts';
import { type Diagnostic, diagnostic } from './report/diagnostic.ts';

/** Kept free for functions of libraries: printf of a double takes 2.7 KB, a throw 1.8 KB. */
export const stackReserveBytes = 4096;

/** One function, as the compiler describes it. */
export interface StackFunction {
  /** Its name for people. */
  name: string;
  /** Bytes of its frame, the return address included; null when it is compiled elsewhere. */
  bytes: number | null;
  /** Whether the frame's size is only known when it runs. */
  dynamic: boolean;
  /** Keys of the functions it calls. */
  calls: Set<string>;
}

/** Functions by the linker's name, with the source's where they are local to it. */
export type CallGraph = Map<string, StackFunction>;

/** How deep calls go below a function, itself included. */
export interface StackDepth {
  bytes: number;
  /** The deepest chain of known calls, outermost first. */
  chain: StackFunction[];
  /** Why it may be deeper; empty when it cannot. */
  open: Set<string>;
}

/** The first function of a kind of fiber. */
interface FiberEntry {
  key: string;
  /** The C++ struct of its fd; null for what handlers spawn. */
  descriptor: string | null;
  /** Position of its class; null when only known at run time. */
  stackClass: number | null;
}

/** What the evidence says about a program. */
export interface StackVerdict {
  diagnostics: Diagnostic[];
  /** One sentence for each kind of fiber, for --verbose. */
  notes: string[];
}

const indirect = '__indirect_call';
const runBody = 'static void loom::FiberScheduler::run_body(void*)';

/** Adds what one `.ci` file says (gcc, -fcallgraph-info; the VCG language). */
export function readCallGraph(text: string, graph: CallGraph): void {
  for (const line of text.split('\n')) {
    const node = /^node: \{ title: "([^"]+)" label: "([^"]*)"/.exec(line);
    if (node !== null) {
      const [, key = '', label = ''] = node;
      const [name = ''] = label.split('\\n');
      const frame = /\\n(\d+) bytes \(([a-z,]+)\)/.exec(label);
      const known = functionOf(graph, key);
      if (known.bytes === null || known.name === '') known.name = name;
      if (frame === null) continue;
      known.bytes = Math.max(known.bytes ?? 0, Number(frame[1]));
      known.dynamic ||= frame[2] === 'dynamic';
      continue;
    }
    const edge = /^edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"/.exec(line);
    if (edge !== null) functionOf(graph, edge[1] ?? '').calls.add(edge[2] ?? '');
  }
}

/** Adds what one `.su` file of clang says: frames without the return address, and no calls. */
export function readFrames(text: string, graph: CallGraph): void {
  for (const line of text.split('\n')) {
    const [place = '', bytes = '', kind = ''] = line.split('\t');
    const key = /^.+:\d+:([^:]+)$/.exec(place)?.[1];
    if (key === undefined) continue;
    const known = functionOf(graph, key);
    known.name = key;
    known.bytes = Number(bytes) + 8;
    known.dynamic = kind === 'dynamic';
    known.calls.add(indirect);
  }
}

function functionOf(graph: CallGraph, key: string): StackFunction {
  const known = graph.get(key) ?? { name: '', bytes: null, dynamic: false, calls: new Set() };
  graph.set(key, known);
  return known;
}

/** The deepest chain of known calls from a function. A call back into the chain ends it. */
export function deepest(graph: CallGraph, key: string): StackDepth {
  const done = new Map<string, StackDepth>();
  const onChain = new Set<string>();
  const visit = (here: string): StackDepth => {
    const finished = done.get(here);
    if (finished !== undefined) return finished;
    const self = graph.get(here);
    const depth: StackDepth = { bytes: self?.bytes ?? 0, chain: [], open: new Set() };
    if (self === undefined || self.bytes === null) {
      depth.open.add(here === indirect ? 'a call through a pointer' : 'functions of libraries');
      return depth;
    }
    if (self.dynamic) depth.open.add(`a frame of dynamic size in ${self.name}`);
    onChain.add(here);
    let below: StackDepth | null = null;
    for (const call of self.calls) {
      if (onChain.has(call)) {
        depth.open.add(`recursion in ${self.name}`);
        continue;
      }
      const next = visit(call);
      for (const why of next.open) depth.open.add(why);
      if (next.chain.length > 0 && next.bytes > (below?.bytes ?? 0)) below = next;
    }
    onChain.delete(here);
    depth.bytes += below?.bytes ?? 0;
    depth.chain = [self, ...(below?.chain ?? [])];
    done.set(here, depth);
    return depth;
  };
  return visit(key);
}

/** The first functions of all fibers in a graph, by g++'s names or by the linker's. */
function fiberEntries(graph: CallGraph): FiberEntry[] {
  const entries: FiberEntry[] = [];
  for (const [key, { name, bytes }] of graph) {
    if (bytes === null) continue;
    const body = /FiberStream<.*::body\(void\*\) \[with Fd = (?:\w+::)*(\w+);.*= (\d+)\]/.exec(
      name,
    );
    // Itanium C++ ABI, 5.1: each name behind its length.
    const linked = /^_ZN4loom11FiberStreamIN.+?2fd(\d+)(\w+)Lt(\d+)EE4bodyEPv$/.exec(name);
    if (body !== null) {
      entries.push({ key, descriptor: body[1] ?? '', stackClass: Number(body[2]) });
    } else if (linked !== null) {
      const descriptor = (linked[2] ?? '').slice(0, Number(linked[1]));
      entries.push({ key, descriptor, stackClass: Number(linked[3]) });
    } else if (/::FiberRecords::spawn<.*<lambda\(void\*\)>::_FUN\(void\*\)/.test(name)) {
      entries.push({ key, descriptor: null, stackClass: null });
    }
  }
  return entries;
}

/** Compares every kind of fiber with its class. */
export function judgeStacks(ir: Ir, graph: CallGraph): StackVerdict {
  const verdict: StackVerdict = { diagnostics: [], notes: [] };
  const classes = ir.fibers?.classes ?? [];
  const first = [...graph.values()].find(({ name }) => name === runBody);
  for (const entry of fiberEntries(graph)) {
    const depth = deepest(graph, entry.key);
    const chain = first === undefined ? depth.chain : [first, ...depth.chain];
    const bytes = depth.bytes + (first?.bytes ?? 0);
    // What a handler spawns says its class at run time: only what fits in none is certain.
    const largest = [...classes].sort((one, other) => other.bytes - one.bytes)[0];
    const stack = entry.stackClass === null ? largest : classes[entry.stackClass];
    if (stack === undefined) continue;
    const who = fiberName(ir, entry);
    const open = depth.open.size === 0 ? '' : `; open for ${[...depth.open].join(', ')}`;
    verdict.notes.push(
      `stack: ${who} goes ${bytes} of ${stack.bytes} bytes of '${stack.name}' deep${open}`,
    );
    if (bytes + stackReserveBytes <= stack.bytes) continue;
    const needed = Math.ceil((bytes + stackReserveBytes) / 4096) * 4;
    const holes = {
      stack: stack.name,
      bytes: stack.bytes,
      who,
      depth: bytes,
      reserve: stackReserveBytes,
      needed: `${needed}K`,
    };
    const details = chain.map((each) => `${String(each.bytes).padStart(10)}  ${each.name}`);
    verdict.diagnostics.push(
      diagnostic('LOOM2017', holes, {
        path: ['stacks', stack.name, 'bytes'],
        details: details.join('\n'),
      }),
    );
  }
  return verdict;
}

function fiberName(ir: Ir, { descriptor }: FiberEntry): string {
  if (descriptor === null) return 'a spawned fiber';
  const fds = ir.reactors.flatMap((reactor) => reactor.fds);
  const fd = fds.find(({ name }) => pascalCase(name) === descriptor);
  return `a fiber of fds.${fd?.name ?? descriptor}`;
}

/** Reads the evidence that a compile left in its build folder, and judges by it. */
export function checkStacks(ir: Ir, buildFolder: string): StackVerdict {
  const graph: CallGraph = new Map();
  const folder = join(buildFolder, 'CMakeFiles', `${ir.name}_reactors.dir`);
  if (ir.fibers === undefined || !existsSync(folder)) return { diagnostics: [], notes: [] };
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const graphs = paths.filter((path) => path.endsWith('.ci'));
  for (const path of graphs) readCallGraph(readFileSync(join(folder, path), 'utf8'), graph);
  for (const path of graphs.length > 0 ? [] : paths.filter((each) => each.endsWith('.su'))) {
    readFrames(readFileSync(join(folder, path), 'utf8'), graph);
  }
  return judgeStacks(ir, graph);
}
