// The program of examples/orderbook with a reactor that sleeps at once where nothing happens: a
// reactor that spins takes its core by intent, which at a market's pace is most of what it takes.
import { defineLoom } from 'loomgen';
import example from '../../../../examples/orderbook/loom.config.ts';

export default defineLoom({
  ...example,
  reactors: { md: { core: 'any', wait: 'block' } },
  handlers: '../../../../examples/orderbook/orderbook.hpp',
});
