import { defineLoom, tcpServer } from 'loomgen';

export default defineLoom({
  name: 'echo',
  reactors: { main: {} },
  fds: { tcp: tcpServer('127.0.0.1:7001', { on: 'main' }) },
  handlers: './echo".hpp',
  native: {
    pkgConfig: ['simdjson; rm -rf /', '$(id)'],
    sources: ['./a\nb.cpp', './${HOME}.cpp'],
  },
});
