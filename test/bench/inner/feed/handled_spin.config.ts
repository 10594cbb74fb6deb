/** A handler reads the feed, in a reactor that never sleeps. */
import { handled } from './config.ts';

export default handled('spin');
