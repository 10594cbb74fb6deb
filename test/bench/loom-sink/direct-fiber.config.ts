/** A sink that never sleeps, and tries recv(2) each turn, as fibers. */
import { sink } from '../loom/config.ts';

export default sink({ wait: 'spin', strategy: 'direct', style: 'fiber' });
