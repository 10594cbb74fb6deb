// The sample with two fields of its message in another order: every size stays, the meaning does
// not.
import { defineLoom, i64, struct, u16, u64 } from 'loomgen';
import sample from '../sample/loom.config.ts';

export default defineLoom({
  ...sample,
  messages: { Count: struct({ connection: u16, negative: i64, total: u64 }) },
  handlers: '../sample/counter.hpp',
});
