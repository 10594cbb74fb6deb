/** JavaScript reads the feed, from a reactor that sleeps while nothing comes. */
import { delivered } from './config.ts';

export default delivered('block');
