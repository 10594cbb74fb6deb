/** An echo that never sleeps. */
import { echo } from '../loom/config.ts';

export default echo({ wait: 'spin', strategy: 'multishot', style: 'callback' });
