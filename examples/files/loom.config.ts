// A copy tool: several fibers read and write blocks of two files at their offsets.
import { defineLoom, file } from 'loomgen';

export default defineLoom({
  name: 'files',
  out: '../../generated/files',
  reactors: { main: { fibers: 9 } },
  fds: {
    source: file('./source', { on: 'main', handler: 'Copy', mode: 'read' }),
    target: file('./target', {
      on: 'main',
      handler: 'Copy',
      mode: 'write',
      create: true,
      truncate: true,
    }),
  },
  handlers: './files.hpp',
});
