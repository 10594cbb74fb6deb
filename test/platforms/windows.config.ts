// The part of the fibers example that Windows can do: the echo server.
import fibers from '../../examples/fibers/loom.config.ts';

export default {
  ...fibers,
  out: '../../generated/fibers',
  backends: { win32: ['iocp'] },
  fds: { echo: fibers.fds.echo },
  handlers: './windows.hpp',
};
