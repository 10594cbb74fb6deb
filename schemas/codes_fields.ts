/** What `loomgen explain` says about errors of readers and writers of messages, LOOM602x. */
import { prose, type RuntimeEntry } from './code_entry.ts';

/** LOOM6020 and LOOM6021. */
export const fieldCodes = {
  LOOM6020: {
    severity: 'error',
    title: 'A value that a field cannot hold',
    explanation: prose`
      A writer checks what it is given and writes nothing that would be read as something else: a
      number beyond the field's integer, a fraction, a text of more bytes than there are or with NUL
      in it, a decimal with more places than the field has, a name that an enumeration lacks.
      Numbers beyond 2^53 must be bigints.
    `,
  },
  LOOM6021: {
    severity: 'error',
    title: 'An element that an array does not have',
    explanation: prose`
      Arrays of messages have a fixed length; their indexes are 0 to length - 1. The emitted reader
      has it: for a field sizes it is sizesLength.
    `,
  },
} as const satisfies Record<string, RuntimeEntry>;
