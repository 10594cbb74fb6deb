import { channel, defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main', handler: 'Echo' }) },
  channels: { top: channel({ from: 'main', to: 'js', message: 'Top' }) },
  handlers: './echo.hpp',
});
