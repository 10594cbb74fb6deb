/** A sink that sleeps, and asks for each piece anew. */
import { sink } from '../loom/config.ts';

export default sink({ wait: 'block', strategy: 'oneshot', style: 'callback' });
