import { defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  backends: { linux: ['epoll'], win32: ['iocp'] },
  reactors: { main: {} },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
});
