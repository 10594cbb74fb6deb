/** Type tests of messages: as define_types.ts, which has those of the rest of a config. */
import {
  array,
  chars,
  decimal,
  doc,
  enumeration,
  type FieldName,
  struct,
  u64,
} from '../../generator/define.ts';

const side = enumeration(['bid', 'ask'], { name: 'Side', doc: 'Which half.' });
const level = struct({ price: doc(decimal(8), 'In dollars.'), side }, { name: 'Level' });

/** Everything that a struct may have. */
export const nested = struct({ levels: array(level, 10), symbol: chars(16), sizes: array(u64, 4) });
/** What the types of structs remember, and forms of other types. */
export const known = {
  field: 'price' satisfies FieldName<typeof level>,
  other: 'symbol' satisfies FieldName<typeof nested>,
  codes: enumeration({ buy: 66, sell: 83 }, { base: 'u16' }),
  unsigned: decimal(2, 'u64'),
};

// @ts-expect-error: a misspelt field
'prise' satisfies FieldName<typeof level>;
// @ts-expect-error: a field of another struct
'symbol' satisfies FieldName<typeof level>;
// @ts-expect-error: an array of arrays
array(array(u64, 2), 2);
// @ts-expect-error: a text is described where it is a field
array(doc(u64, 'Sizes.'), 2);
// @ts-expect-error: no such base
decimal(8, 'u16');
// @ts-expect-error: codes are numbers
enumeration({ buy: 'B' });
// @ts-expect-error: no such option
enumeration(['a'], { type: 'u8' });
// @ts-expect-error: a length is a number
chars('16');
// @ts-expect-error: no such type
struct({ inner: { price: u64 } });
