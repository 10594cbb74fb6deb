/** A sink of datagrams that spins for 20 us, then sleeps. */
import { datagrams } from '../loom/config.ts';

export default datagrams({ spin: '20us' });
