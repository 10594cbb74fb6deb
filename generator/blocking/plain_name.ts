/** How names of C++ are compared with those of the table. */
import { oneLine } from '../trace/cpp_names.ts';

/** A text without the template arguments at its end and the global scope at its start. */
export function plainName(text: string): string {
  return oneLine(text).replace(/<.*>$/s, '').replace(/^::/, '');
}
