/** The client of this folder for Windows, where nothing connects to a unix socket. */
import config from './loom.config.ts';

const { beat, dialer, late, single } = config.fds;

export default { ...config, fds: { beat, dialer, late, single } };
