/** JavaScript reads the feed, from a reactor that never sleeps. */
import { delivered } from './config.ts';

export default delivered('spin');
