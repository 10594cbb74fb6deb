/** The client of this folder, its handlers as straight-line code. */
import { vary } from '../variants.ts';
import config from './loom.config.ts';

export default { ...vary(config, { stack: 'medium' }), handlers: './fibers.hpp' };
