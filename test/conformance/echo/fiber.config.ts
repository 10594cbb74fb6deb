/** The echo of this folder as fibers that block while nothing happens: their costs are counted. */
import { vary } from '../variants.ts';
import config from './callback.config.ts';

export default { ...vary(config, { stack: 'small' }), handlers: './fibers.hpp' };
