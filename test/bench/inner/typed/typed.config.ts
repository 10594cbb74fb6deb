/** Messages with a field of each type whose reading is measured. */
import { decimal, defineLoom, f64, i64, struct, timer, u32, u64 } from 'loomgen';

export default defineLoom({
  name: 'typed',
  reactors: { main: {} },
  messages: {
    Sample: struct({ whole: i64, natural: u64, real: f64, word: u32 }),
    Priced: struct({ price: decimal(8) }),
  },
  fds: { beat: timer({ on: 'main', every: '1s' }) },
});
