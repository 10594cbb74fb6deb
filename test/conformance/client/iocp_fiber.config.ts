/** The client of this folder for Windows, its handlers as straight-line code. */
import { vary } from '../variants.ts';
import config from './iocp.config.ts';

export default { ...vary(config, { stack: 'medium' }), handlers: './fibers.hpp' };
