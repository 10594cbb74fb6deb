/**
 * Checks an IR that comes from a file: its version, its shape, everything that would be checked of
 * the config it describes, and that each number in it follows from the others.
 */
import { posix, win32 } from 'node:path';
import * as v from 'valibot';
import { type Ir, IR_ABI } from '../schemas/ir.ts';
import { irSchema } from '../schemas/ir_schema.ts';
import { check } from './check.ts';
import { lower } from './lower.ts';
import { raise } from './raise.ts';
import {
  type ConfigPath,
  type Diagnostic,
  diagnostic,
  show,
  showPath,
} from './report/diagnostic.ts';

/** Most differences that are reported; one wrong number moves everything behind it. */
const maximumDifferences = 8;

const isAbsolutePath = (path: string): boolean => posix.isAbsolute(path) || win32.isAbsolute(path);

function shapeMistake(issue: v.BaseIssue<unknown>): Diagnostic {
  const path = (issue.path ?? []).map((item) => item.key as string | number);
  const where = showPath(path);
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const holes = { where, found: 'not known', expected: 'no such key' };
    return diagnostic('LOOM1103', holes, { path, anchor: 'key' });
  }
  if (issue.type === 'strict_object' && issue.input === undefined) {
    return diagnostic(
      'LOOM1103',
      { where, found: 'missing', expected: 'a value' },
      { path: path.slice(0, -1), anchor: 'key' },
    );
  }
  const expected = issue.type === 'strict_object' ? 'an object' : issue.message;
  return diagnostic('LOOM1103', { where, found: show(issue.input), expected }, { path });
}

/** Where a part of the raised config stands in the IR. */
function irPath(ir: Ir, path: ConfigPath): ConfigPath {
  const [part, name, ...rest] = path;
  for (const [reactor, each] of ir.reactors.entries()) {
    const at = ['reactors', reactor];
    if (part === 'reactors' && each.name === name) return at;
    if (part !== 'fds' && part !== 'channels' && part !== 'calls') continue;
    const items: readonly { name: string }[] = each[part] ?? [];
    const index = items.findIndex((item) => item.name === name);
    if (index < 0) continue;
    const key = rest[0];
    const item = items[index] ?? {};
    return key !== undefined && key in item ? [...at, part, index, key] : [...at, part, index];
  }
  if (part === 'messages') {
    const index = ir.messages.findIndex((each) => each.name === name);
    return index < 0 ? ['messages'] : ['messages', index];
  }
  if (part === 'pools') {
    const index = (ir.pools ?? []).findIndex((each) => each.name === name);
    return index < 0 ? ['pools'] : ['pools', index];
  }
  return part === 'handlers' ? ['handlersHeader'] : path;
}

function difference(
  found: unknown,
  expected: unknown,
  path: ConfigPath,
  differences: Diagnostic[],
): void {
  if (differences.length >= maximumDifferences || Object.is(found, expected)) return;
  const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
  if (isObject(found) && isObject(expected)) {
    for (const key of new Set([...Object.keys(found), ...Object.keys(expected)])) {
      const at = [...path, Array.isArray(found) ? Number(key) : key];
      const one = (found as Record<string, unknown>)[key];
      const other = (expected as Record<string, unknown>)[key];
      difference(one, other, at, differences);
    }
    return;
  }
  const holes = { where: showPath(path), found: show(found), expected: show(expected) };
  differences.push(diagnostic('LOOM1104', holes, { path }));
}

/** Checks a value as an IR; the IR is given only when nothing is wrong with it. */
export function checkIr(value: unknown): { ir?: Ir; diagnostics: Diagnostic[] } {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const abi = isObject ? (value as { abi?: unknown }).abi : undefined;
  if (!isObject || typeof abi !== 'number') {
    const reason = isObject ? 'it has no number "abi"' : `it is ${show(value)}`;
    return { diagnostics: [diagnostic('LOOM1101', { reason }, { path: [] })] };
  }
  if (abi !== IR_ABI) {
    const holes = { abi, expected: IR_ABI };
    return { diagnostics: [diagnostic('LOOM1102', holes, { path: ['abi'] })] };
  }
  const parsed = v.safeParse(irSchema, value);
  if (!parsed.success) return { diagnostics: parsed.issues.map(shapeMistake) };
  const ir: Ir = parsed.output;
  const { config, diagnostics } = check(raise(ir));
  if (config === undefined) {
    const errors = diagnostics.filter((each) => each.severity === 'error');
    return {
      diagnostics: errors.map((each) => ({
        ...each,
        ...(each.path && { path: irPath(ir, each.path) }),
        ...(each.second?.path && {
          second: { ...each.second, path: irPath(ir, each.second.path) },
        }),
      })),
    };
  }
  const differences: Diagnostic[] = [];
  // Nothing follows from the config's own path; banners name it.
  const named = ir.config === undefined ? {} : { config: ir.config };
  difference(ir, { ...lower(config, { outToConfig: '.' }), ...named }, [], differences);
  if (ir.config !== undefined && isAbsolutePath(ir.config)) {
    const holes = { where: 'config', found: show(ir.config), expected: 'a relative path' };
    differences.push(diagnostic('LOOM1103', holes, { path: ['config'] }));
  }
  return differences.length > 0 ? { diagnostics: differences } : { ir, diagnostics: [] };
}
