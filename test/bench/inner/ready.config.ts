/** Messages that are there already, received as soon as their sockets are reported. */
import { ready } from './ready_config.ts';

export default ready('multishot');
