/**
 * The client of this folder, where descriptors are level-triggered, and receives of the
 * ring are bundled.
 */
import { vary } from '../variants.ts';
import config from './loom.config.ts';

export default vary(config, { trigger: 'level', strategy: 'bundle' });
