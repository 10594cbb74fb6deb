/** The clients with time for a connect that lasts: an emulator translates what it runs first. */
import config from './loom.config.ts';

const dialer = { ...config.fds.dialer, connectTimeout: '3s' } as const;

export default { ...config, fds: { ...config.fds, dialer } };
