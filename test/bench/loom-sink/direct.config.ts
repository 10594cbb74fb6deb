/** A sink that never sleeps, and tries recv(2) each turn. */
import { sink } from '../loom/config.ts';

export default sink({ wait: 'spin', strategy: 'direct', style: 'callback' });
