// The fibers example for every platform with requests, which its proxy connects by.
import fibers from '../../examples/fibers/loom.config.ts';

export default {
  ...fibers,
  out: '../../generated/fibers',
  backends: { darwin: ['kqueue'], freebsd: ['kqueue'] },
  handlers: '../../examples/fibers/fibers.hpp',
};
