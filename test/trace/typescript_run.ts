/**
 * Runs a module as it is and as it is traced, and notes what can be seen of it: what it logs, gives
 * and throws, where in its source, and which zones are open when. The module exports `cases`, by
 * name functions without parameters, and calls the global `log` with a word of its own at each
 * place.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { transform } from 'esbuild';
import { ts } from 'ts-morph';
import { everything } from '../../generator/trace/rules.ts';
import { inlineMap, traceTypeScript } from '../../generator/trace/typescript.ts';
import { ownNodes } from '../../generator/trace/typescript_functions.ts';
import { parseTypeScript } from '../../generator/trace/typescript_modules.ts';
import { isFunctionNode, qualifiedName } from '../../generator/trace/typescript_names.ts';
import { connectTrace } from '../../templates/trace/bindings/trace.ts';

const runtime = new URL('../../templates/trace/bindings/trace.ts', import.meta.url).href;

/** Zones that are open now, outermost first, and what went wrong with them. */
export const recorder = {
  known: [] as { name: string; file: string; line: number }[],
  open: [] as number[],
  begun: 0,
  faults: [] as string[],
};

connectTrace({
  traceZone(name: string, file: string, line: number) {
    return recorder.known.push({ name, file, line }) - 1;
  },
  traceBegin(zone: number) {
    if (recorder.known[zone] === undefined) recorder.faults.push(`zone ${zone} is not known`);
    recorder.begun += 1;
    recorder.open.push(zone);
  },
  traceEnd() {
    if (recorder.open.pop() === undefined) recorder.faults.push('closed what was not open');
  },
});

/** How TypeScript becomes what Node runs. */
export type Transpiler = 'esbuild' | 'typescript';

async function compiled(path: string, text: string, by: Transpiler): Promise<string> {
  if (by === 'esbuild') {
    const loader = path.endsWith('x') ? 'tsx' : 'ts';
    const options = { loader, target: 'node20', format: 'esm', sourcefile: path } as const;
    return (await transform(text, { ...options, sourcemap: 'inline', jsx: 'transform' })).code;
  }
  const compilerOptions: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    jsx: ts.JsxEmit.React,
    inlineSourceMap: true,
  };
  return ts.transpileModule(text, { fileName: path, compilerOptions }).outputText;
}

/** A module of cases, loaded. */
export type Cases = Readonly<Record<string, () => unknown>>;

const folder = mkdtempSync(join(tmpdir(), 'loom-trace-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let modules = 0;

/** What is logged now goes here. */
let logged: string[] = [];
/** By the word of a place in the source, the zone that has to be the innermost one there. */
let innermost: ReadonlyMap<string, string> = new Map();

Object.assign(globalThis, {
  log(word: string, value?: unknown) {
    logged.push(value === undefined ? word : `${word} ${String(value)}`);
    const expected = innermost.get(word);
    const zone = recorder.known[recorder.open.at(-1) ?? -1];
    const actual = zone && `${zone.name}:${zone.line}`;
    if (expected !== undefined && actual !== expected) {
      recorder.faults.push(`at '${word}' the zone is ${actual}, not ${expected}`);
    }
  },
});

/** By each word that is logged, the zone of the function that does. */
function zonesOfWords(path: string, text: string): Map<string, string> {
  const file = parseTypeScript(path, text);
  const words = new Map<string, string>();
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!isFunctionNode(node) || node.body === undefined) return;
    const { line } = file.getLineAndCharacterOfPosition((node.name ?? node).getStart(file));
    for (const own of ownNodes(node.body)) {
      if (!ts.isCallExpression(own) || own.expression.getText(file) !== 'log') continue;
      const [word] = own.arguments;
      if (word === undefined || !ts.isStringLiteral(word) || word.text.startsWith('~')) continue;
      if (words.has(word.text)) throw new Error(`${path}: '${word.text}' is logged twice`);
      words.set(word.text, `${qualifiedName(node)}:${line + 1}`);
    }
  };
  visit(file);
  return words;
}

/** A module as it is, and as it is traced. */
export interface Pair {
  path: string;
  original: Cases;
  traced: Cases;
  /** Of the traced one. */
  words: ReadonlyMap<string, string>;
}

async function load(path: string, text: string, by: Transpiler): Promise<Cases> {
  modules += 1;
  const file = join(folder, `${modules}.mjs`);
  writeFileSync(file, await compiled(path, text, by));
  const { cases } = (await import(pathToFileURL(file).href)) as { cases: Cases };
  return cases;
}

/** Loads a module twice. What it logs while it is loaded is not looked at. */
export async function loadPair(path: string, text: string, by: Transpiler): Promise<Pair> {
  const traced = traceTypeScript(text, { path, rules: everything, runtime });
  innermost = new Map();
  const original = await load(path, text, by);
  const cases = await load(path, by === 'esbuild' ? inlineMap(traced, path) : traced.text, by);
  return { path, original, traced: cases, words: zonesOfWords(path, text) };
}

/** What can be seen of one run. */
export interface Run {
  logged: readonly string[];
  outcome: string;
}

/** Name, message, and the lines of the module that an error came through. */
function shown(error: unknown, path: string): string {
  if (!(error instanceof Error)) return inspect(error);
  const places = [...(error.stack ?? '').matchAll(/([\w-]+\.tsx?):(\d+):\d+\)?$/gm)];
  const lines = places.filter(([, file]) => file === path).map(([, , line]) => line);
  return `${error.name}: ${error.message} at ${path}:${lines.join(', ')}`;
}

/** Runs a case; notes as faults the zones that are left open, or closed without being open. */
async function run(action: () => unknown, path: string, expected: Pair['words']): Promise<Run> {
  logged = [];
  innermost = expected;
  let outcome: string;
  try {
    const value = action();
    if (recorder.open.length > 0) recorder.faults.push(`${recorder.open.length} open: returned`);
    outcome = inspect(await value, { depth: 6 });
  } catch (error) {
    outcome = `threw ${shown(error, path)}`;
  }
  if (recorder.open.length > 0) recorder.faults.push(`${recorder.open.length} open: settled`);
  recorder.open.length = 0;
  return { logged, outcome };
}

/** Runs a case of both modules; gives also what is wrong with the zones of the traced one. */
export async function runBoth({ path, original, traced, words }: Pair, name: string) {
  const plain = await run(original[name] as () => unknown, path, new Map());
  recorder.faults.length = 0;
  recorder.begun = 0;
  const zoned = await run(traced[name] as () => unknown, path, words);
  return { plain, zoned, faults: [...recorder.faults], begun: recorder.begun };
}
