// A program for tests of channels: JavaScript -> left -> right -> JavaScript, where full blocks,
// and bursts of each policy on command.
import { channel, conflate, defineLoom, i64, struct, timer, u16, u32, u64, u8 } from 'loomgen';

export default defineLoom({
  name: 'bindings_channels',
  reactors: { left: { wait: 'block' }, right: { wait: 'block', fibers: 2 } },
  messages: {
    Order: struct({ sequence: u64, price: i64, symbol: u16 }),
    Burst: struct({ policy: u8, keys: u16, count: u32 }),
  },
  fds: { rest: timer({ on: 'left', every: '1h', handler: 'Left' }) },
  channels: {
    orders: channel({ from: 'js', to: 'left', message: 'Order', capacity: 64, full: 'block' }),
    newest: channel({ from: 'js', to: 'left', message: 'Order', capacity: 16 }),
    oldest: channel({
      from: 'js',
      to: 'left',
      message: 'Order',
      capacity: 16,
      full: 'drop-oldest',
    }),
    keyed: channel({
      from: 'js',
      to: 'left',
      message: 'Order',
      capacity: 16,
      full: conflate({ key: 'symbol' }),
    }),
    last: channel({ from: 'js', to: 'left', message: 'Order', capacity: 8, full: 'conflate' }),
    bursts: channel({ from: 'js', to: 'left', message: 'Burst', capacity: 16, full: 'block' }),
    passed: channel({
      from: 'left',
      to: 'right',
      message: 'Order',
      capacity: 8,
      full: 'block',
      handler: 'Right',
    }),
    returned: channel({ from: 'right', to: 'js', message: 'Order', capacity: 16, full: 'block' }),
    asked: channel({
      from: 'js',
      to: 'right',
      message: 'Order',
      capacity: 8,
      full: 'block',
      handler: 'Right',
      style: 'fiber',
    }),
    answered: channel({ from: 'right', to: 'js', message: 'Order', capacity: 4, full: 'block' }),
    lossy: channel({ from: 'left', to: 'js', message: 'Order', capacity: 16 }),
    latest: channel({
      from: 'left',
      to: 'js',
      message: 'Order',
      capacity: 16,
      full: 'drop-oldest',
    }),
    tops: channel({
      from: 'left',
      to: 'js',
      message: 'Order',
      capacity: 16,
      full: conflate({ key: 'symbol' }),
    }),
  },
  handlers: './channels.hpp',
});
