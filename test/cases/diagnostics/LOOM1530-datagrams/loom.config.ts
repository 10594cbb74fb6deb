import { defineLoom, udp } from 'loomgen';

export default defineLoom({
  name: 'feed',
  reactors: { md: {} },
  fds: {
    itch: udp({ on: 'md', bind: '0.0.0.0:26400' }),
  },
});
