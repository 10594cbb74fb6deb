/** The forms of names and the check of one name; which names there are is in `check_names.ts`. */
import {
  cxxKeywords,
  cxxMacros,
  macroLike,
  objectProperties,
  typeNames,
  typescriptKeywords,
} from '../schemas/reserved.ts';
import { type ConfigPath, type Diagnostic, diagnostic } from './report/diagnostic.ts';

/** A form that names of one kind have. */
export interface NameForm {
  pattern: RegExp;
  rule: string;
}

const maximumRule = 'at most 32 characters';

/** The forms. */
export const nameForms = {
  program: {
    pattern: /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/,
    rule: `lower-case letters, digits and single underscores, a letter first, ${maximumRule}`,
  },
  lower: {
    pattern: /^[a-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*$/,
    rule: `a lower-case letter, then letters, digits and single underscores, ${maximumRule}`,
  },
  upper: {
    pattern: /^[A-Z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*$/,
    rule: `an upper-case letter, then letters, digits and single underscores, ${maximumRule}`,
  },
  either: {
    pattern: /^[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*$/,
    rule: `a letter, then letters, digits and single underscores, ${maximumRule}`,
  },
} as const satisfies Record<string, NameForm>;

/** Longest name in characters; the C++ tables have 32 and a final NUL. */
const maximumNameCharacters = 32;

/** True when a name has the form; not whether it is reserved. */
function hasForm(form: NameForm, name: string): boolean {
  return name.length <= maximumNameCharacters && form.pattern.test(name);
}

/** Who has a word already, by the lists that apply to a name. */
export type Reserved = readonly (readonly [ReadonlySet<string>, string])[];

/** Words that no name of a config may be. */
export const keywords: Reserved = [
  [cxxKeywords, 'it is a word of C++'],
  [cxxMacros, 'a C header that is included has a macro of that name'],
  [typescriptKeywords, 'it is a word of TypeScript'],
  [objectProperties, 'every JavaScript object has a property of that name'],
];

/** Words that no type of a config may have for its name. */
export const typeReserved: Reserved = [
  ...keywords,
  [typeNames, 'the generated code uses a type of that name'],
];

/** A name that was given somewhere, and how to speak of it. */
export interface Named {
  name: string;
  /** `a reactor`, `an fd` */
  what: string;
  path: ConfigPath;
  anchor: 'key' | 'value';
}

/** Whether a name has its form and is free; one diagnostic at most. */
export function checkName(named: Named, form: NameForm, reserved: Reserved): Diagnostic[] {
  const { name, what, path, anchor } = named;
  if (!hasForm(form, name)) {
    return [diagnostic('LOOM1301', { what, name, rule: form.rule }, { path, anchor })];
  }
  const owner = macroLike.test(name)
    ? 'names like it are macros in C headers'
    : reserved.find(([list]) => list.has(name))?.[1];
  if (owner === undefined) return [];
  return [diagnostic('LOOM1302', { what, name, owner }, { path, anchor })];
}
