/** A sink of datagrams that never sleeps. */
import { datagrams } from '../loom/config.ts';

export default datagrams('spin');
