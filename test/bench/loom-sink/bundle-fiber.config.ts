/** A sink that sleeps, each receive of which may fill several small buffers, as fibers. */
import { sink } from '../loom/config.ts';

export default sink({ wait: 'block', strategy: 'bundle', style: 'fiber' });
