import { defineLoom, file, pipe, unixDatagram, unixServer } from 'loomgen';

const buffers = { bytes: '64K', count: 8 };

export default defineLoom({
  name: 'echo',
  backends: { win32: ['iocp'] },
  reactors: { main: {}, group: { count: 2 } },
  fds: {
    journal: file('journal.log', { on: 'main', mode: 'append', direct: true, buffers }),
    lines: pipe({ on: 'main', read: 'stdin', handler: 'Alarm' }),
    local: unixServer('/run/echo.sock', { on: 'group', handler: 'Alarm', descriptors: 2 }),
    ticks: unixDatagram('/run/ticks.sock', { on: 'main', handler: 'Alarm' }),
  },
  handlers: './alarm.hpp',
});
