/** A sink of datagrams that never sleeps and tries to receive in every turn. */
import { datagrams } from '../loom/config.ts';

export default datagrams('spin', 'direct');
