/** A sink that sleeps, each receive of which may fill several small buffers. */
import { sink } from '../loom/config.ts';

export default sink({ wait: 'block', strategy: 'bundle', style: 'callback' });
