/** A sink that never sleeps. */
import { sink } from '../loom/config.ts';

export default sink({ wait: 'spin', strategy: 'multishot', style: 'callback' });
