import { defineLoom, udp } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { md: {} },
  fds: {
    itch: udp({
      on: 'md',
      handler: 'Itch',
      bind: '0.0.0.0:26400',
      groups: [
        { address: '10.0.0.1' },
        { address: 'feed.example.com' },
        { address: '232.1.1.1', source: '239.1.1.1' },
      ],
    }),
  },
  handlers: './feed.hpp',
});
