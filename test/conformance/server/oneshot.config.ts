/** The server of this folder, where each receive completes once. */
import { vary } from '../variants.ts';
import config from './loom.config.ts';

export default vary(config, { strategy: 'oneshot' });
