/** A sink that sleeps while nothing happens, as fibers. */
import { sink } from '../loom/config.ts';

export default sink({ wait: 'block', strategy: 'multishot', style: 'fiber' });
