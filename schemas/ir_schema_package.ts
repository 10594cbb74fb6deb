/** The strict schema of `ir_package.ts`; `check_package.ts` uses the same forms. */
import * as v from 'valibot';
import { word } from './ir_leaf.ts';

/** What npm and semver.org take, and what one line of a README holds; by field. */
export const packageForms = {
  name: {
    pattern: /^(?=.{1,214}$)(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/,
    words: "lower-case letters, digits and '._-', at most 214, with or without '@scope/'",
  },
  version: {
    pattern:
      /^(?=.{5,100}$)(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-[\dA-Za-z.-]+)?(?:\+[\dA-Za-z.-]+)?$/,
    words: "three numbers with dots, such as '1.2.0' or '2.0.0-beta.1'",
  },
  description: {
    pattern: /^[^\p{C}\p{Zl}\p{Zp}]{1,200}$/u,
    words: 'one line of at most 200 characters',
  },
  license: {
    pattern: /^[A-Za-z0-9][A-Za-z0-9 .()+-]{0,99}$/,
    words: "a word of the SPDX list, such as 'MIT', or 'UNLICENSED'",
  },
  repository: {
    pattern: /^(?:https:\/\/|git\+)[\x21-\x7e]{1,200}$/,
    words: "an address that begins with 'https://' or 'git+'",
  },
} as const satisfies Record<string, { pattern: RegExp; words: string }>;

const form = (field: keyof typeof packageForms) =>
  word(packageForms[field].pattern, packageForms[field].words);

/** The npm package that the output folder is. */
export const packageEntry = v.strictObject({
  name: form('name'),
  version: form('version'),
  description: v.exactOptional(form('description')),
  license: form('license'),
  repository: v.exactOptional(form('repository')),
});
