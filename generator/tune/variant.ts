/**
 * A variant: the user's config with some values in the place of its own, checked and lowered like
 * any config. What `check` refuses is no variant, and what gives the same program is none either.
 */
import { resolve } from 'node:path';
import type { CheckedConfig } from '../../schemas/config.ts';
import type { Ir } from '../../schemas/ir.ts';
import { check } from '../check.ts';
import { lowerConfig } from '../commands/program.ts';
import type { Loaded } from '../load.ts';
import { type ConfigPath, type Diagnostic, DiagnosticError } from '../report/diagnostic.ts';
import type { Value } from './axes.ts';

/** A value in the place of the config's own. */
export interface Choice {
  path: ConfigPath;
  value: Value;
}

/** A config that can be built. */
export interface Variant {
  /** What it has instead of the user's own values; empty: the user's config as it is. */
  choices: readonly Choice[];
  /** As it is written, with the choices in their places. */
  value: unknown;
  config: CheckedConfig;
  /** With paths as seen from the folder that it was made for. */
  ir: Ir;
}

/** A loaded config. */
export type LoadedConfig = Extract<Loaded, { kind: 'config' }>;

/** A copy of plain data with a value at a path; objects that are missing on the way are made. */
export function withValue(data: unknown, path: ConfigPath, value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  const object = typeof data === 'object' && data !== null ? data : {};
  const inside = (object as Record<string, unknown>)[key];
  return { ...object, [key]: withValue(inside, rest, value) };
}

/** The value at a path of plain data; undefined where there is none. */
export function valueAt(data: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (part, key) => (part as Record<string, unknown> | null | undefined)?.[key],
    data,
  );
}

/** The choices with one more, which takes the place of one with the same path. */
export function withChoice(choices: readonly Choice[], choice: Choice): Choice[] {
  const at = JSON.stringify(choice.path);
  return [...choices.filter(({ path }) => JSON.stringify(path) !== at), choice];
}

/** Whether two variants are the same program. */
export function isSameProgram(one: Ir, other: Ir): boolean {
  const { config: _first, ...first } = one;
  const { config: _second, ...second } = other;
  return JSON.stringify(first) === JSON.stringify(second);
}

/**
 * Makes a variant of a config.
 *
 * @param folder the output folder that its paths are relative to, absolute.
 * @returns the variant, or the errors for which there is none.
 */
export async function variantOf(
  loaded: LoadedConfig,
  choices: readonly Choice[],
  folder: string,
): Promise<Variant | { diagnostics: readonly Diagnostic[] }> {
  const value = choices.reduce<unknown>(
    (data, choice) => withValue(data, choice.path, choice.value),
    loaded.value,
  );
  try {
    const { ir } = await lowerConfig({ ...loaded, value }, resolve(folder));
    const { config, diagnostics } = check(value);
    return config === undefined ? { diagnostics } : { choices, value, config, ir };
  } catch (error) {
    if (error instanceof DiagnosticError) return { diagnostics: error.diagnostics };
    throw error;
  }
}
