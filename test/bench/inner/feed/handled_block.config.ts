/** A handler reads the feed, in a reactor that sleeps while nothing comes. */
import { handled } from './config.ts';

export default handled('block');
