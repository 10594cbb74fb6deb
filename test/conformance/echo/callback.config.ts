/** The echo of this folder, which blocks while nothing happens: its system calls are counted. */
import config from './loom.config.ts';

export default { ...config, reactors: { main: { wait: 'block' as const } } };
