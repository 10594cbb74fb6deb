import { defineLoom, tcpServer, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: {
    a: tcpServer('0.0.0.0:7001', { on: 'main' }),
    b: tcpServer('127.0.0.1:7001', { on: 'main' }),
    c: tcpServer('[0:0::1]:7002', { on: 'main' }),
    d: tcpServer('[::1]:7002', { on: 'main', reusePort: true }),
    e: unixServer('/tmp/echo.sock', { on: 'main' }),
    f: unixServer('/tmp//echo.sock', { on: 'main' }),
  },
});
