/** The datagram fds that are unix sockets: qemu-user cannot open the others. */
import config from './loom.config.ts';

const { path, abstract } = config.fds;

export default { ...config, fds: { path, abstract } };
