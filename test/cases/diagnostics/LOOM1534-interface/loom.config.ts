import { defineLoom, udp } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { md: {} },
  fds: {
    itch: udp({
      on: 'md',
      handler: 'Itch',
      bind: '0.0.0.0:26400',
      groups: [{ address: '239.1.1.1', interface: 'an_interface_too_long' }],
      device: 'eth 0',
      multicast: { interface: '' },
    }),
  },
  handlers: './feed.hpp',
});
