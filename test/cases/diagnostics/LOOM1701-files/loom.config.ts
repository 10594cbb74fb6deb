import { defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main', handler: 'Echo' }) },
  handlers: './missing.hpp',
  native: { sources: ['./missing.cpp', './include'], includeDirectories: ['./include', './echo.hpp'] },
});
