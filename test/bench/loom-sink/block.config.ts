/** A sink that sleeps while nothing happens. */
import { sink } from '../loom/config.ts';

export default sink({ wait: 'block', strategy: 'multishot', style: 'callback' });
