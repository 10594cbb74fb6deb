/** The part of `check` about the fields of messages. */
import type { CheckedConfig } from '../schemas/config.ts';
import { recordMembers } from '../schemas/reserved.ts';
import { checkName, keywords, nameForms, type Reserved } from './name_forms.ts';
import type { Diagnostic } from './report/diagnostic.ts';

const fieldReserved: Reserved = [
  ...keywords,
  [recordMembers, 'the reader of a record has a member of that name'],
];

/** Checks the name of every field of every message. */
export function checkFieldNames(config: CheckedConfig): Diagnostic[] {
  return Object.entries(config.messages).flatMap(([message, { fields }]) =>
    fields.flatMap(({ name }, index) =>
      checkName(
        {
          name,
          what: 'a field',
          path: ['messages', message, 'fields', index, 'name'],
          anchor: 'key',
        },
        nameForms.lower,
        fieldReserved,
      ),
    ),
  );
}
