/**
 * The datagram fds that Windows has: no unix sockets, no time of a datagram's arrival, and
 * interfaces that people know by an address.
 */
import config from './loom.config.ts';

const { udp, narrow, peer, group } = config.fds;
const groups = [{ address: '239.255.77.2', interface: '127.0.0.1' }];

export default {
  ...config,
  fds: { udp: { ...udp, timestamps: 'none' as const }, narrow, peer, group: { ...group, groups } },
};
