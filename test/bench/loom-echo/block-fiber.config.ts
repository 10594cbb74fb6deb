/** An echo that sleeps while nothing happens, as fibers. */
import { echo } from '../loom/config.ts';

export default echo({ wait: 'block', strategy: 'multishot', style: 'fiber' });
