import { defineLoom, udp } from 'loomgen';

const group = { address: '239.1.1.1' };

export default defineLoom({
  name: 'feed',
  reactors: { md: {} },
  fds: {
    nowhere: udp({ on: 'md', handler: 'Itch', groups: [group] }),
    several: udp({ on: 'md', handler: 'Itch', bind: '0.0.0.0:1', groups: [group], sockets: 2 }),
    twice: udp({ on: 'md', handler: 'Itch', bind: '0.0.0.0:2', groups: [group, group] }),
  },
  handlers: './feed.hpp',
});
