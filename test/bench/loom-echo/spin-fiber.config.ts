/** An echo that never sleeps, as fibers. */
import { echo } from '../loom/config.ts';

export default echo({ wait: 'spin', strategy: 'multishot', style: 'fiber' });
