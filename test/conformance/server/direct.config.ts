/** The server of this folder, where receives are tried in every turn. */
import { vary } from '../variants.ts';
import config from './loom.config.ts';

export default vary(config, { strategy: 'direct' });
