/** An echo that sleeps, and asks for each piece anew. */
import { echo } from '../loom/config.ts';

export default echo({ wait: 'block', strategy: 'oneshot', style: 'callback' });
