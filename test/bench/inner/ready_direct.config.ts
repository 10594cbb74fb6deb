/** The same, received by a try of each socket in every turn. */
import { ready } from './ready_config.ts';

export default ready('direct');
