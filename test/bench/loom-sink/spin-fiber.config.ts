/** A sink that never sleeps, as fibers. */
import { sink } from '../loom/config.ts';

export default sink({ wait: 'spin', strategy: 'multishot', style: 'fiber' });
