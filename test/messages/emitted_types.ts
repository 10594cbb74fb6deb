/**
 * Type tests of emitted messages: those of fields.test.ts, whose folder gets this file. `tsc`
 * checks it, and each `@ts-expect-error` line fails when the mistake under it stops being a type
 * error.
 */
// biome-ignore-all lint/complexity/noUselessLoneBlockStatements: one block for each subject
import { type Order, type OrderValue, type OrderWriter, Side } from './bindings/types.ts';

declare const reader: Order;
declare const writer: OrderWriter;

/** What can be read, with its types. */
export const read = {
  id: reader.id satisfies bigint,
  idHigh: reader.idHigh satisfies number,
  idText: reader.idText() satisfies string,
  price: reader.price satisfies bigint,
  symbol: reader.symbolText() satisfies string,
  side: reader.side satisfies Side | 'unknown',
  fill: reader.fills(0).quantity satisfies bigint,
  size: reader.sizes(1) satisfies number,
  copy: reader.toObject() satisfies OrderValue,
  decimal: reader.toObject().price satisfies string,
  code: Side.codeOf('buy') satisfies number,
};

/** What can be written. */
export function write(): void {
  writer.id = 1n;
  writer.id = 1;
  writer.price = '26.5';
  writer.price = 2650n;
  writer.symbol = 'BTC';
  writer.side = 'sell';
  writer.sideCode = 7;
  writer.setSizes(0, 5);
  writer.fills(1).quantity = '1';
}

{
  // @ts-expect-error: no such field
  reader.prise;
  // @ts-expect-error: no such field
  writer.prise = 1n;
  // @ts-expect-error: no such field in a nested struct
  reader.fills(0).size;
  // @ts-expect-error: a 64-bit number is no double
  reader.id satisfies number;
  // @ts-expect-error: a text costs, so it is a method
  reader.symbol;
  // @ts-expect-error: an element needs an index
  reader.sizes satisfies number;
  // @ts-expect-error: readers write nothing
  reader.id = 1n;
}

{
  // @ts-expect-error: a price is no double
  writer.price = 26.5;
  // @ts-expect-error: no such value
  writer.side = 'hold';
  // @ts-expect-error: 'unknown' is what is read for codes without a name
  writer.side = 'unknown';
  // @ts-expect-error: a text is no number
  writer.symbol = 7;
  // @ts-expect-error: a flag is no number
  writer.live = 1;
  // @ts-expect-error: no such value
  Side.codeOf('hold');
  // @ts-expect-error: a struct is written field by field
  writer.fills = [{ quantity: '1' }];
}
