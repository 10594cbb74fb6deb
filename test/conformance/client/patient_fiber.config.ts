/** The clients with time for a connect, their handlers as straight-line code. */
import { vary } from '../variants.ts';
import config from './patient.config.ts';

export default { ...vary(config, { stack: 'medium' }), handlers: './fibers.hpp' };
