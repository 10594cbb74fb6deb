/** An echo that sleeps, each receive of which may fill several small buffers, as fibers. */
import { echo } from '../loom/config.ts';

export default echo({ wait: 'block', strategy: 'bundle', style: 'fiber' });
