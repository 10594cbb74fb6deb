import { defineLoom, file, pipe, udp, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  backends: { win32: ['iocp'] },
  reactors: { main: { requests: 4 } },
  fds: {
    journal: file('journal.log', { on: 'main', mode: 'append' }),
    lines: pipe({ on: 'main', read: 'stdin', handler: 'Alarm' }),
    local: unixServer('/run/echo.sock', { on: 'main', handler: 'Alarm' }),
    ticks: udp({ bind: '127.0.0.1:7002', on: 'main', handler: 'Alarm' }),
  },
  handlers: './alarm.hpp',
});
