/** A sink that spins for 20 us before it sleeps, as fibers. */
import { sink } from '../loom/config.ts';

export default sink({ wait: { spin: '20us' }, strategy: 'multishot', style: 'fiber' });
