import { defineLoom, udp } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { md: {} },
  fds: {
    both: udp({ on: 'md', handler: 'Itch', bind: '0.0.0.0:1', connect: '[::1]:2' }),
    itch: udp({ on: 'md', handler: 'Itch', bind: '0.0.0.0:26400', groups: [{ address: 'ff15::1' }] }),
    six: udp({
      on: 'md',
      handler: 'Itch',
      bind: '[::]:26400',
      groups: [{ address: 'ff35::1', source: '10.0.0.1' }],
    }),
  },
  handlers: './feed.hpp',
});
