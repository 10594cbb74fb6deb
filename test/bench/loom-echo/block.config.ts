/** An echo that sleeps while nothing happens. */
import { echo } from '../loom/config.ts';

export default echo({ wait: 'block', strategy: 'multishot', style: 'callback' });
