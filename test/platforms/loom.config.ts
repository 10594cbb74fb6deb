// The fibers example for every platform that a config can name.
import fibers from '../../examples/fibers/loom.config.ts';

export default {
  ...fibers,
  out: '../../generated/fibers',
  backends: { darwin: ['kqueue'], freebsd: ['kqueue'], win32: ['iocp'] },
  handlers: '../../examples/fibers/fibers.hpp',
};
