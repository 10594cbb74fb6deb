/** An echo that never sleeps, and tries recv(2) each turn. */
import { echo } from '../loom/config.ts';

export default echo({ wait: 'spin', strategy: 'direct', style: 'callback' });
