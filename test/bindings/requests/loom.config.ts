/** A program for test/bindings/addon_files.test.ts: files that JavaScript reads and writes. */
import { defineLoom, file } from 'loomgen';

export default defineLoom({
  name: 'requests',
  reactors: { disk: { wait: 'block', jsRequests: 64, jsArena: '256K' } },
  fds: {
    data: file('./data', { on: 'disk', mode: 'readWrite', create: true }),
    log: file('./log', { on: 'disk', mode: 'append', create: true }),
    source: file('./source', { on: 'disk', mode: 'read' }),
    out: file('./out', { on: 'disk', mode: 'write', create: true, truncate: true }),
  },
});
