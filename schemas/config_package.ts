/** The part of the config that says what `package.json` of the output folder has. */
import * as v from 'valibot';
import { text } from './leaf.ts';

/** The npm package that the output folder is. */
export const packageSchema = v.strictObject({
  /** What it is installed as, with or without a scope; 1 to 214 characters. By default the name of
   * the program. */
  name: v.optional(text("the name of an npm package, such as '@acme/feed'")),
  /** Its version, as semver.org has it.
   * @default '0.1.0' */
  version: v.optional(text("a version, such as '1.2.0'"), '0.1.0'),
  /** What it is, in a sentence of at most 200 characters, for the registry and its README. By
   * default the names of its fds and channels. */
  description: v.optional(text('a sentence')),
  /** Its licence by the SPDX list; `UNLICENSED` lets nobody else use it.
   * @default 'UNLICENSED' */
  license: v.optional(text("a licence, such as 'MIT'"), 'UNLICENSED'),
  /** Where its source is: an address that begins with `https://` or `git+`. By default nothing is
   * said. */
  repository: v.optional(text("an address, such as 'https://github.com/acme/feed'")),
});

/** A checked `package`. */
export type CheckedPackage = v.InferOutput<typeof packageSchema>;
