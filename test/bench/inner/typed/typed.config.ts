/** A message with a field of each type whose reading is measured. */
import { defineLoom, f64, i64, struct, timer, u32, u64 } from 'loomgen';

export default defineLoom({
  name: 'typed',
  reactors: { main: {} },
  messages: { Sample: struct({ whole: i64, natural: u64, real: f64, word: u32 }) },
  fds: { beat: timer({ on: 'main', every: '1s' }) },
});
