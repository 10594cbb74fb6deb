// The echo without a line of C++: fds without a handler are delivered to JavaScript.
import { defineLoom, tcpServer, unixServer } from 'loomgen';

export default defineLoom({
  name: 'echo_ts',
  out: '../../generated/echo-ts',
  reactors: { main: {} },
  fds: {
    tcp: tcpServer('127.0.0.1:7002', { on: 'main' }),
    local: unixServer('/tmp/loom-echo-ts.sock', { on: 'main' }),
  },
});
