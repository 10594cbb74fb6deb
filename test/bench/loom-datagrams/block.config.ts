/** A sink of datagrams that sleeps while nothing happens. */
import { datagrams } from '../loom/config.ts';

export default datagrams('block');
