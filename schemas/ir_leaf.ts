/** The leaves that the IR's strict schema is made of: numbers with a range, names, lists. */
import * as v from 'valibot';

/** A whole number within a range. */
export const whole = (minimum: number, maximum: number) =>
  v.pipe(
    v.number(`a whole number from ${minimum} to ${maximum}`),
    v.check(
      (value) => Number.isSafeInteger(value) && value >= minimum && value <= maximum,
      `a whole number from ${minimum} to ${maximum}`,
    ),
  );

/** A text of a form that `words` says. */
export const word = (pattern: RegExp, words: string) =>
  v.pipe(v.string(words), v.regex(pattern, words));
/** One of a closed list. */
export const one = <const Choices extends readonly (string | number)[]>(...choices: Choices) =>
  v.picklist(choices, `one of ${choices.join(', ')}`);
/** A list with a bound. */
export const list = <Item extends v.GenericSchema>(item: Item, maximum: number) =>
  v.pipe(v.array(item, 'a list'), v.maxLength(maximum, `a list of at most ${maximum}`));

/** The name of a reactor, an fd, a channel, a field or an operation. */
export const lowerName = word(
  /^[a-z][A-Za-z0-9_]{0,31}$/,
  'a name that begins with a lower-case letter',
);
/** The name of a type in C++. */
export const upperName = word(
  /^[A-Z][A-Za-z0-9_]{0,63}$/,
  'a name that begins with an upper-case letter',
);
/** A flag. */
export const bit = whole(0, 1);
