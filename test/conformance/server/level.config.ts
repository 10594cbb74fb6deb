/** The server of this folder, where descriptors are level-triggered. */
import { vary } from '../variants.ts';
import config from './loom.config.ts';

export default vary(config, { trigger: 'level' });
