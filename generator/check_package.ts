/** The part of `check` about the npm package that the output folder is. */
import type { CheckedConfig } from '../schemas/config.ts';
import { packageForms } from '../schemas/ir_schema_package.ts';
import { type Diagnostic, diagnostic } from './report/diagnostic.ts';

/** Whether npm takes every field. */
export function checkPackage({ package: declared }: CheckedConfig): Diagnostic[] {
  if (declared === false) return [];
  return Object.entries(packageForms).flatMap(([field, { pattern, words }]) => {
    const value = declared[field as keyof typeof declared];
    if (value === undefined || pattern.test(value)) return [];
    const holes = { where: `package.${field}`, found: JSON.stringify(value), words };
    return [diagnostic('LOOM1901', holes, { path: ['package', field] })];
  });
}
