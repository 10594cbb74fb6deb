/** An echo that spins for 20 us before it sleeps. */
import { echo } from '../loom/config.ts';

export default echo({ wait: { spin: '20us' }, strategy: 'multishot', style: 'callback' });
