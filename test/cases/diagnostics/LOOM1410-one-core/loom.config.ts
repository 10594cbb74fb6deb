import { defineLoom, tcpServer, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { md: { core: 1, wait: 'spin' }, ctl: { core: 1 } },
  fds: {
    tcp: tcpServer('127.0.0.1:7001', { on: 'md' }),
    local: unixServer('/tmp/echo.sock', { on: 'ctl' }),
  },
});
